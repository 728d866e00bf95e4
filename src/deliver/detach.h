/* detach.h - going on in the background */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mem.h"

/*
 * As fork(2), except that the child (which gets 0) has a session of its own, and /dev/null as its
 * standard descriptors. -1: there is no child.
 */
int detach(void) MUST_USE;
