#!/bin/sh
# Sets up what the tests need: a virtual environment in .venv with deckgen and the test tools, and
# from Debian a browser and the fonts of the pictures. Run again, it only adds what is missing.
set -eu
cd "$(dirname "$0")/.."

browser() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --constraint tests/constraints.txt --editable '.[test]'

missing=
browser >/dev/null || missing=chromium
for font in fonts-noto-cjk fonts-lxgw-wenkai; do
    dpkg-query --show --showformat '${Status}' "$font" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $font"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "tests/setup.sh: there is no apt-get here; install these by hand: $missing" >&2
    echo "tests/setup.sh: the tests need the browser, tests/pictures.py the fonts too" >&2
    browser >/dev/null || exit 1
    exit 0
fi

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
echo "tests/setup.sh: installing $missing" >&2
$as_root apt-get -qq update
# shellcheck disable=SC2086 # one word for each package
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install --yes --no-install-recommends $missing </dev/null >/dev/null
