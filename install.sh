#!/bin/sh
# Makes a virtual environment and installs into it; the arguments are pip's.
#
#   sh install.sh                  funnel-audit into .venv
#   sh install.sh -e '.[dev]'      with everything that the tests need
#   VENV=/some/where sh install.sh package.whl
#
# Needs Python 3.11 or newer and a network. Copes with a Debian whose Python is "externally managed" and comes without ensurepip:
# then pip is taken from the system's own pip, or python3-venv is installed (as root, or by sudo).
set -eu
venv=${VENV:-.venv}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

good() { command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
python=""
for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13 python3.14}; do
    if good "$candidate"; then python=$candidate; break; fi
done
[ -n "$python" ] || { echo "install.sh: Python 3.11 or newer is needed (PYTHON=/path/to/python says where it is)" >&2; exit 1; }

works() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

if ! works; then
    # --clear below empties the folder: only ever a virtual environment's.
    if [ -e "$venv" ] && [ ! -f "$venv/pyvenv.cfg" ]; then
        echo "install.sh: $venv is there and is no virtual environment; name another folder by VENV=" >&2
        exit 1
    fi
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv --clear "$venv"
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --clear --without-pip "$venv"
        "$python" -m pip --python "$venv/bin/python" install -q pip
    else
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        echo "install.sh: installing $package (Debian's Python comes without it)" >&2
        as_root apt-get -q update >/dev/null
        DEBIAN_FRONTEND=noninteractive as_root apt-get -qy install --no-install-recommends "$package" >/dev/null
        "$python" -m venv --clear "$venv"
    fi
fi
[ "$#" -gt 0 ] || set -- .
"$venv/bin/python" -m pip install -q "$@"
