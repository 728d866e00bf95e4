/* downgrade.h - header fields in a form that every relay takes: short lines of ASCII */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/changes.h"

/*
 * Plans new bodies for the fields that have a line over 998 octets, or (unless `keeps_utf8`, and
 * then only what is not UTF-8) bytes beyond ASCII: names and texts become encoded-words (RFC 2047),
 * domains A-labels, parameters of Content- fields those of RFC 2231, and long lines are folded
 * where there is a blank. Other fields stay as they are. ERR_INPUT names the field for which that
 * is not enough, such as one with a local part beyond ASCII.
 */
bool downgrade_header(struct changes *changes, bool keeps_utf8, struct err *err) MUST_USE;
