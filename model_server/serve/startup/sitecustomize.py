"""Python imports this by itself where its folder is on the path: in the server's process and in all that it starts."""

from model_server.serve import torchvision_ops

torchvision_ops.install_import_hook()
