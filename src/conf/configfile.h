/* configfile.h - finding and reading the config files */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/config.h"

/* The places where config files are looked for. The texts are borrowed. */
struct configfile_places {
	const char *system_folder; /* SYSCONFDIR */
	const char *user_file;     /* -C, which replaces the user's file; NULL: search */
	bool is_look;              /* nothing will be sent: skip files that root must not trust */
};

/*
 * The path of the system's and of the user's file: the one that would be read, or mailchute's own
 * if there is none yet. The caller frees it.
 */
char *configfile_system(const char *folder) MUST_USE;
char *configfile_user(void) MUST_USE;

/*
 * Reads the system's file and the user's. At each level mailchute's own file is read (system:
 * mailchuterc; user: ~/.mailchuterc, then mailchute/config in $XDG_CONFIG_HOME or ~/.config); if
 * there is none, msmtp's file is read (msmtprc, ~/.msmtprc, msmtp/config). A file that is missing
 * or may not be read is noted.
 *
 * ERR_IO: the file named by `user_file` can't be opened; or another file can't be opened for a
 * passing reason, such as the limit of open files, as its accounts must not be taken for missing;
 * or `eval` printed nothing. ERR_CONFIG: a file has errors; or another user can read the user's
 * file that holds a password; or root would take commands or secrets from a file that root does not
 * own or that others can write (parse.h).
 */
bool configfile_load(struct config *config, const struct configfile_places *places,
		     struct err *err) MUST_USE;
