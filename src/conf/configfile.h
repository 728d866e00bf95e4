/* configfile.h - finding and reading the config files */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "conf/config.h"

/*
 * Where the files are looked for, and whose name %U is: `is_by_uid` where the environment may be
 * another user's (called as sendmail), so that $USER does not count. The texts are borrowed.
 */
struct configfile_places {
	const char *system_folder; /* SYSCONFDIR */
	const char *user_file;     /* -C, which replaces the user's own; NULL: search */
	bool is_by_uid;
	bool is_look; /* nothing will be sent: what root must not trust is skipped */
};

/* The file of a level that would be read, ours where there is none yet; the caller frees it. */
char *configfile_system(const char *folder) MUST_USE;
char *configfile_user(void) MUST_USE;

/*
 * Reads the system's file and the user's. At each level ours is taken (system: mailchuterc; user:
 * ~/.mailchuterc, then mailchute/config in $XDG_CONFIG_HOME or ~/.config), and msmtp's own file
 * (msmtprc, ~/.msmtprc, msmtp/config) only where there is none. A file that is missing, or that we
 * may not read, is noted, except for one named by user_file: ERR_IO. ERR_IO, too: another reason
 * keeps a file from being opened, such as the limit of open files; its accounts must not be taken
 * for missing. ERR_CONFIG: errors in a file, or somebody else could read a user's file that holds a
 * password, or root is to take commands or secrets from files that root does not own or that others
 * can write (parse.h). ERR_IO: `eval` printed nothing.
 */
bool configfile_load(struct config *config, const struct configfile_places *places,
		     struct err *err) MUST_USE;
