#!/bin/sh
# SPDX-License-Identifier: MIT
# The bytes of a file, compressed, as a C initializer: embed.sh FILE.
set -eu

gzip -9 -n -c "$1" | od -A n -v -t x1 | sed 's/ \(..\)/0x\1,/g'
