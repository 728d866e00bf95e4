/* private.c - whether a file can hold a secret */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/private.h"

#include "base/i18n.h"

#include <unistd.h>

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
