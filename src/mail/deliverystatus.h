/* deliverystatus.h - the part of a notice that programs read */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "mail/notice.h"

/* Appends the fields of message/delivery-status, about the message and each recipient. RFC 3464. */
void deliverystatus_add(const struct notice *notice, struct str *out);
