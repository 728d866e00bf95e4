/* senderpart.h - the lines of a queue file about the sender, the settings and the content; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "queue/reader.h"
#include "queue/record.h"

/* Appends the lines that stand before those of the recipients. */
void senderpart_add(const struct record *record, struct str *out);
/* Reads them, and leaves the reader at the line after them. ERR_INPUT. */
bool senderpart_read(struct record *record, struct reader *reader) MUST_USE;
