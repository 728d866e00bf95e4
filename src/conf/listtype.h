/* listtype.h - the types of settings that hold a list */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/type.h"

extern const struct option_type option_type_FIELDS, option_type_NAMES;
