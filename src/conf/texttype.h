/* texttype.h - the types of settings that are a text, or are kept as one */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/type.h"

extern const struct option_type option_type_TEXT, option_type_WORD, option_type_HOSTS,
	option_type_EXTENSIONS, option_type_SENDER, option_type_PATH, option_type_COMMAND,
	option_type_CREDENTIAL, option_type_SECRET, option_type_AUTH, option_type_NOTIFY;

/* The words of `auth`: the SASL mechanisms in lower case; NULL after the last. */
const char *texttype_method(size_t number);
