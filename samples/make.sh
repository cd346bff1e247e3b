#!/usr/bin/env bash
# Makes the recordings and the awkward files beside this script. The results are committed, so this is needed only
# to change them. Wants Debian's espeak-ng, opus-tools and libjpeg-turbo-progs.
set -euo pipefail
cd "$(dirname "$0")"

for tool in espeak-ng opusenc cjpeg; do
  command -v "$tool" >/dev/null || { echo "make.sh: $tool is missing (apt-get install espeak-ng opus-tools libjpeg-turbo-progs)" >&2; exit 1; }
done

# What WhatsApp's own notes look like: mono, speech mode, a low bit rate. The fixed serial number and the missing
# padding make the same words give the same bytes (with the same versions of the tools).
encode() { # stdin: WAV, $1: serial number, $2: file
  opusenc --quiet --speech --bitrate 16 --padding 0 --discard-comments --serial "$1" - "$2"
}

speak() { # $1: name, $2: voice, $3: words per minute, $4: serial number
  espeak-ng -v "$2" -s "$3" -f "$1.txt" --stdout | encode "$4" "$1.ogg"
}

speak voice-note-1 en-gb 150 1001
speak voice-note-2 en-gb-scotland 145 1002

# A worker who pressed record and put the phone away: two seconds without a sound.
head -c $((16000 * 2 * 2)) /dev/zero |
  opusenc --quiet --raw --raw-rate 16000 --raw-chan 1 --speech --bitrate 16 --padding 0 --serial 1003 - media/silence.ogg
# A note whose upload broke off.
head -c 900 voice-note-1.ogg > media/truncated.ogg
# No audio at all, whatever its name says.
head -c 4096 /dev/zero | tr '\0' 'x' > media/garbage.ogg
# A small picture: 64 x 48 pixels of blue fading to grey.
{
  printf 'P3\n64 48\n255\n'
  for ((row = 0; row < 48; row++)); do
    for ((column = 0; column < 64; column++)); do echo "$((column * 3)) $((row * 4 + 40)) 180"; done
  done
} | cjpeg -quality 70 > media/picture.jpg
