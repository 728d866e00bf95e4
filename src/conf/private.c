/* private.c - checks of the owner and mode of files with secrets */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/private.h"

#include "base/fs.h"
#include "base/i18n.h"

#include <string.h>
#include <unistd.h>

/* The bytes of a device do not come from the users that can write to it. */
static bool is_open_to_others(const struct stat *status)
{
	return !S_ISCHR(status->st_mode) && (status->st_mode & FS_OTHERS_WRITE);
}

void private_add_cure(const struct stat *status, const char *path, struct str *out)
{
	bool is_strangers = status->st_uid != 0;

	if (is_strangers) {
		str_add(out, "chown root:root ");
		str_add_printable(out, path, strlen(path));
	}
	if (!is_open_to_others(status))
		return;
	str_add(out, is_strangers ? " && chmod go-w " : "chmod go-w ");
	str_add_printable(out, path, strlen(path));
}

bool private_check_as_root(const struct stat *status, const char *path, struct err *err)
{
	CLEANUP(str_done) struct str cure = STR_INIT;

	if (geteuid() != 0 || (status->st_uid == 0 && !is_open_to_others(status)))
		return true;
	private_add_cure(status, path, &cure);
	return err_set(err, ERR_CONFIG,
		       _("it has owner %u and mode %04o, but root takes commands and secrets only "
			 "from a file that root owns and no other user can write; if you trust "
			 "it: %s"),
		       (unsigned)status->st_uid, (unsigned)status->st_mode & 07777, cure.bytes);
}

bool private_check(const struct stat *status, struct err *err)
{
	if (geteuid() == 0)
		return true;
	if (status->st_uid != geteuid())
		return err_set(err, ERR_CONFIG, _("a file with a password must belong to you"));
	if (S_ISREG(status->st_mode) && (status->st_mode & (S_IRWXG | S_IRWXO | S_IXUSR)))
		return err_set(err, ERR_CONFIG,
			       _("a file with a password must be readable and writable by you only "
				 "(mode 0600)"));
	return true;
}
