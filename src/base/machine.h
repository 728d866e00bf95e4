/* machine.h - the host name of this machine */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/* The name by gethostname(2), "localhost" if that is empty or fails. */
const char *machine_name(void);
