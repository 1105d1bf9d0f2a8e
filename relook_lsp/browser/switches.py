"""Command line switches of Chromium."""

from __future__ import annotations

import os
import sys

COMMON = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-domain-reliability", "--hide-scrollbars",
    "--force-color-profile=srgb", "--font-render-hinting=none", "--disable-lcd-text", "--mute-audio",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # Which hosts may be asked is decided by interception; a host on this machine needs no question on top.
    "--disable-features=Translate,OptimizationHints,LocalNetworkAccessChecks",
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


def sandboxed() -> bool:
    """Whether the sandbox can be on: on Linux it refuses to run as root."""
    return sys.platform != "linux" or os.geteuid() != 0
