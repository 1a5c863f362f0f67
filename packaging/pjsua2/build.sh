#!/usr/bin/env bash
# Builds the pjsua2 Python binding out of the pjproject component of Debian's source package `asterisk`.
# The result is a folder that the engine uses when OPERATOR_PJSUA2 names it; nothing of the system is changed.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

# The version that was built and tried. Debian's unstable moves on: hand in --version and --sha256 of another one.
version='22.10.1+dfsg+~cs6.17.60671434'
sha256=6860c2f7604b4eee75f38151a9ef69774eb3f0c5286fc1d14bc1db2dc5a9e8aa
least='2.17' # below it published memory faults are within a caller's reach: docs/phone-library.md
url='' source='' sources='' debian='' into='' python=${OPERATOR_PYTHON:-python3} jobs=$(nproc)

usage() {
    cat <<'TEXT'
build.sh --into FOLDER (--source FILE|FOLDER | --url URL | --apt SOURCES | --debian)
         [--version V] [--sha256 HASH] [--python PYTHON] [--jobs N]

  --source FILE   the component tarball asterisk_VERSION.orig-Xpjproject.tar.xz, already here
  --source FOLDER a source tree of pjproject, 2.17 or newer, as its authors publish it; it is copied
  --url URL       where to fetch that tarball
  --apt SOURCES   an apt list or .sources file with a deb-src entry of a suite that carries `asterisk`; apt fetches and
                  checks it with the keys that the entry names
  --debian        the same, from the mirror that this machine's apt uses already, of Debian unstable
  --into FOLDER   where pjsua2.py, its library and limits.json are put; replaced when it is there
A tarball's SHA-256 is checked in every case.
TEXT
}

fail() {
    printf 'build.sh: %s\n' "$1" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
    --into | --source | --url | --apt | --version | --sha256 | --python | --jobs)
        [ $# -ge 2 ] || fail "$1 needs a value"
        case $1 in
        --into) into=$2 ;; --source) source=$2 ;; --url) url=$2 ;; --apt) sources=$2 ;;
        --version) version=$2 ;; --sha256) sha256=$2 ;; --python) python=$2 ;; --jobs) jobs=$2 ;;
        esac
        shift 2
        ;;
    --debian) debian=yes && shift ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && fail "unknown option $1" ;;
    esac
done
[ -n "$into" ] || { usage >&2 && fail "--into is missing"; }
[ -n "$source$url$sources$debian" ] || { usage >&2 && fail "say where the source is: --source, --url, --apt or --debian"; }

# The build changes folders: what was given from here must still be found there.
absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
into=$(absolute "$into")
[ -z "$source" ] || source=$(absolute "$source")
case $python in */*) python=$(absolute "$python") ;; esac

missing=''
if command -v dpkg-query >/dev/null; then
    for package in $(sed 's/#.*//' "$here/debian-build.txt"); do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=" $package"
    done
fi
[ -z "$missing" ] || fail "Debian packages are missing; as root: apt-get install -y --no-install-recommends$missing"
"$python" -c 'import sysconfig, pathlib
assert pathlib.Path(sysconfig.get_path("include"), "Python.h").exists()' 2>/dev/null ||
    fail "$python lacks its header files; give one that has them by --python"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=asterisk_$version.orig-Xpjproject.tar.xz

# --- the source -------------------------------------------------------------------------------------------------------
if [ -n "$debian" ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Created-By: Packages' 2>/dev/null |
        awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }') || true
    [ -n "${mirror:-}" ] || fail "this machine's apt names no mirror of Debian (as root: apt-get update)"
    sources=$work/unstable.sources
    cat >"$sources" <<TEXT
Types: deb-src
URIs: $mirror
Suites: unstable
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
TEXT
fi
if [ -n "$sources" ]; then
    [ -r "$sources" ] || fail "$sources cannot be read"
    mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/got"
    cp "$sources" "$work/apt/parts/given.${sources##*.}"
    options=(-q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/apt/parts"
        -o "Dir::State::Lists=$work/apt/lists" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2 && fail "apt cannot read $sources"; }
    (cd "$work/got" && apt-get "${options[@]}" source --download-only asterisk) >>"$work/apt.log" 2>&1 || {
        tail -n 5 "$work/apt.log" >&2
        fail "apt has no source package asterisk by $sources; its entry must be deb-src of a suite that carries it"
    }
    source=$work/got/$name
    [ -e "$source" ] || fail "the suite has moved on: it carries $(cd "$work/got" && echo *Xpjproject*), not $name.
Look at what is new in it, then give --version and --sha256."
elif [ -n "$url" ]; then
    source=$work/$name
    "$python" -c 'import shutil, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=60) as got, open(sys.argv[2], "wb") as kept:
    shutil.copyfileobj(got, kept)' "$url" "$source" || fail "$url cannot be fetched"
fi
[ -r "$source" ] || fail "$source is not there"
mkdir "$work/tree"
if [ -d "$source" ]; then
    cp -r "$source/." "$work/tree"
    origin="pjproject from a folder"
else
    printf '%s  %s\n' "$sha256" "$source" | sha256sum --check --status ||
        fail "$source has SHA-256 $(sha256sum <"$source" | cut -d' ' -f1), not $sha256: it is not what was tried"
    tar -xJf "$source" -C "$work/tree" --strip-components=1
    origin="pjproject of asterisk $version"
fi
[ -r "$work/tree/version.mak" ] || fail "$source holds no pjproject"
number() { sed -n "s/^export PJ_VERSION_$1 *:= *//p" "$work/tree/version.mak"; }
found=$(number MAJOR).$(number MINOR)
printf '%s\n%s\n' "$least" "$found" | sort -CV || fail "$source is pjproject $found; at least $least is wanted"

# --- the build --------------------------------------------------------------------------------------------------------
cd "$work/tree"
cp "$here/config_site.h" pjlib/include/pj/config_site.h
# Its source is not in Debian's tarball.
sed -i 's/bdimad_dev\.o//' pjmedia/build/Makefile
# Text calls (RFC 4103) are offered by default since 2.16; nothing here reads them, and each negotiation would stop the
# library for a third of a second to close their stream: sound after hold came up to two seconds late.
grep -q 'opt->txt_cnt = 1;' pjsip/src/pjsua-lib/pjsua_call.c || fail "text calls are no longer set where they were"
sed -i 's/opt->txt_cnt = 1;/opt->txt_cnt = 0;/' pjsip/src/pjsua-lib/pjsua_call.c
quiet() {
    "$@" >>"$work/build.log" 2>&1 || {
        tail -n 30 "$work/build.log" >&2
        fail "$* failed"
    }
}
export CFLAGS='-O2 -fPIC -DNDEBUG' CXXFLAGS='-O2 -fPIC -DNDEBUG'
quiet ./configure --with-external-srtp --with-external-speex --with-external-gsm --disable-ilbc-codec --disable-g7221-codec \
    --disable-libyuv --disable-libwebrtc --disable-video --disable-resample --enable-libsamplerate --disable-upnp
quiet make dep
quiet make -j "$jobs" lib
cd pjsip-apps/src/swig/python
quiet make pjsua2_wrap.cpp
flags() { make --no-print-directory -f helper.mak "$1" | tr '\n' ' '; }
python_says() { "$python" -c "import sysconfig; print(sysconfig.$1)"; }
mkdir "$work/made"
cp pjsua2.py "$work/made"
# shellcheck disable=SC2046 # lists of words
quiet g++ $(flags cflags) -fno-strict-aliasing -I"$(python_says 'get_path("include")')" -c pjsua2_wrap.cpp -o wrap.o
# shellcheck disable=SC2046
quiet gcc $(flags cflags) -c "$here/memory.c" -o memory.o
# shellcheck disable=SC2046
quiet g++ -shared -s -o "$work/made/_pjsua2$(python_says 'get_config_var("EXT_SUFFIX")')" wrap.o memory.o \
    $(flags ldflags) $(make --no-print-directory -f helper.mak libs | sed 's/^/-l/')

# --- what the engine needs --------------------------------------------------------------------------------------------
limit() { sed -n "s/^#define $1 //p" "$here/config_site.h"; }
cat >"$work/made/limits.json" <<TEXT
{"build": "$origin", "calls": $(limit PJSUA_MAX_CALLS), "accounts": $(limit PJSUA_MAX_ACC),
 "players": $(limit PJSUA_MAX_PLAYERS), "recorders": $(limit PJSUA_MAX_RECORDERS), "buddies": $(limit PJSUA_MAX_BUDDIES),
 "handles": $(limit PJ_IOQUEUE_MAX_HANDLES), "message_bytes": $(limit PJSIP_MAX_PKT_LEN)}
TEXT
cp "$work/tree/COPYING" "$work/made/COPYING"
cd /
PYTHONPATH=$work/made "$python" -c 'import pjsua2
end = pjsua2.Endpoint()
end.libCreate()
print("built pjproject", end.libVersion().full)
end.libDestroy()' | grep '^built'
rm -rf "$into"
mkdir -p "$(dirname "$into")"
cp -r "$work/made" "$into"
echo "use it: OPERATOR_PJSUA2=$(cd "$into" && pwd)"
