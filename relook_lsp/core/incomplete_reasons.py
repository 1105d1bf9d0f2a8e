"""Why a critic cannot tell: the word that stands in a report, and what it says to a reader."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    # Of the page's files.
    "remote-blocked": "it needs a file of another host, which ReLook does not contact",
    "remote-font-blocked": "a font of another host is blocked, and the fallback font has other widths",
    "file-missing": "a style sheet or script of the page does not exist",
    "outside-root": "it needs a file outside the folder that may be read",
    "no-server": "only a web server can deliver this file",
    "template": "the file name is a template that is still to be filled in",
    "unreadable": "the file could not be read",
    "picture-missing": "the picture behind it is missing",
    "environment": "the script needs something that a browser without a window does not have",
    # Of what is painted.
    "covered": "something else covers it",
    "wholly-covered": "it is completely hidden, and may appear later",
    "over-on-purpose": "what covers it seems to do so on purpose",
    "still-seen": "it shows through what covers it",
    "nothing-painted": "nothing is painted there that could be lost",
    "nothing-to-show": "what sticks out does not seem to be meant to be seen",
    "edge-not-visible": "the edge of the box is invisible",
    "text-shadow": "a text shadow may or may not make the letters legible",
    "background-clip-text": "a picture fills the letters",
    "colour-space": "the colour is in a colour space that ReLook cannot compute",
    "transparent": "the letters are transparent on purpose",
    "looks-switched-off": "its style disables the control, and disabled controls may be pale",
    "decoration": "it seems to be decoration",
    "display-type": "letters of this size may overlap by design",
    "control": "it belongs to a control, which another rule judges",
    "blurred-on-purpose": "a filter blurs it",
    "shows-no-detail": "the picture has no detail that could be blurred",
    "shows-no-shapes": "the picture has no shapes that could be distorted",
    "too-small-to-tell": "the picture is too small to tell",
    "placeholder": "a picture of a few pixels stands for another one",
    # Of how it came to its place.
    "cut-off": "the page hides what lies outside the window, perhaps on purpose",
    "page-scrolls-sideways": "the whole page is too wide here, which another rule judges",
    "off-canvas": "it is parked outside the window",
    "hidden-on-purpose": "it seems to be there for screen readers alone",
    "shortened-on-purpose": "it is cut with an ellipsis or fades out",
    "passing-notice": "the bar disappears once it is read",
    "placed": "absolute positioning puts it there",
    "slides": "visitors can slide it",
    "moves": "it is moved by a transform",
    "turned": "it is rotated",
    "transformed": "a transform puts it there",
    "in-space": "a 3D transform places it",
    "animated": "an animation moves it",
    "another-state": "it shows more in another state",
    "sized-by-script": "a script sized it for another window",
    "drawn-by-script": "a script draws it later",
    "goes-elsewhere": "the page leads its visitors to another one",
    "takes-no-focus": "it takes no focus from the keyboard",
    "no-culprit": "no element was found that causes it",
    "no-script-found": "the page stopped responding, but no script was running",
    # Of the look itself.
    "only-in-sweep": "it was suspected at a width that was laid out, but not rendered",
    "unconfirmed": "it needs another render to confirm",
    "too-many": "there are too many such places to examine each",
    "out-of-time": "the time limit of this page was reached",
    "rule-failed": "a rule failed",
    "unknown": "the rule gives no reason",
}


def explain_reason(reason: str) -> str:
    """For a reader; the word itself where nothing better is known."""
    return REASONS.get(reason, reason)
