/* filekind.h - what a file is that should hold certificates, judged by its first bytes; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

/* Whether it is DER (X.690), which the files of certificates are where they are no PEM (RFC 7468).
 */
bool filekind_is_der(const char *bytes, size_t len);

/*
 * What the content of a file is in which there is no certificate, as words for a person: what it
 * is instead, and the command that makes certificates of it where there is one. NULL: not known.
 */
const char *filekind_words(const char *bytes, size_t len);
