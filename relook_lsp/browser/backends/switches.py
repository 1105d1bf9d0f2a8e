"""Command line switches of Chromium."""

from __future__ import annotations

import os
import sys

_DISABLED_FEATURES = (
    "Translate", "OptimizationHints",
    # Interception decides which hosts a page may load from; a host on this machine needs no permission on top.
    "LocalNetworkAccessChecks",
    # What loads without a request that interception sees; none of it changes how a page looks.
    "FedCm", "NoStatePrefetch", "Prerender2", "SpeculationRules",
    # The browser waits without end for the first frame of a fenced frame that loads nothing.
    "FencedFrames",
    # Peers that are named *.local are looked for by multicast, which no proxy and no resolver rule stops.
    "WebRtcHideLocalIpsWithMdns",
    # What a full browser sends on its own account.
    "AimEnabled", "MediaRouter", "NetworkTimeServiceQuerying", "PreconnectToSearch",
    # An intercepted request that is redirected to another host after a preflight would be aborted.
    "AvoidCorsURLLoaderRestartOnRedirect",
)  # fmt: skip
"""In one switch: the browser heeds only the last one of a name, and Playwright passes one too."""

COMMON = (
    "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-domain-reliability", "--hide-scrollbars",
    "--force-color-profile=srgb", "--font-render-hinting=none", "--disable-lcd-text", "--mute-audio",
    f"--disable-features={','.join(_DISABLED_FEATURES)}",
    "--js-flags=--max-old-space-size=1024",
)  # fmt: skip

# Playwright passes blink settings of its own, and the last switch of a name wins: all are in this one.
EXACT = (
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4,"
    "mainFrameClipsContent=false",
    "--enable-begin-frame-control", "--run-all-compositor-stages-before-draw", "--disable-threaded-animation",
    "--disable-threaded-scrolling", "--disable-checker-imaging", "--deterministic-mode",
)  # fmt: skip
"""Frames on command (the headless shell only)."""

ALONE = (
    "--remote-debugging-pipe", "--no-startup-window", "--headless", "--no-default-browser-check",
    "--disable-default-apps", "--disable-extensions", "--disable-field-trial-config", "--disable-breakpad",
    "--disable-back-forward-cache", "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding", "--disable-hang-monitor", "--disable-ipc-flooding-protection",
    "--disable-popup-blocking", "--disable-prompt-on-repost", "--disable-dev-shm-usage", "--allow-pre-commit-input",
    "--metrics-recording-only", "--no-service-autorun", "--password-store=basic", "--use-mock-keychain",
    "--disable-search-engine-choice-screen", "--enable-unsafe-swiftshader",
)  # fmt: skip
"""For a browser that we start ourselves; Playwright passes these and more."""


def can_use_sandbox() -> bool:
    """Whether the sandbox can be on: on Linux it refuses to run as root."""
    return sys.platform != "linux" or os.geteuid() != 0
