/* pin.h - pins: digests of public keys, and the type of setting that holds them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/type.h"

/*
 * A setting of type PINS holds one or more pins, separated by blanks, commas or semicolons. A pin
 * is "pin-sha256:" or "sha256//" and base64, or 64 hexadecimal digits with or without "sha256:"
 * before them and colons between the bytes.
 */
extern const struct option_type option_type_PINS;

/* Appends a pin as "pin-sha256:BASE64". */
void pin_print(const struct pin *pin, struct str *out);
