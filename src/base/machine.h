/* machine.h - what this machine calls itself */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/* gethostname(2), and "localhost" where that says nothing. */
const char *machine_name(void);
