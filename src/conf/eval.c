/* eval.c - `eval`: a line of a config file that a command prints */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/eval.h"

#include "base/i18n.h"
#include "base/proc.h"

#include <string.h>

bool eval_run(const char *command, struct str *line, struct err *err)
{
	int status;

	if (!*command)
		return err_set(err, ERR_CONFIG, _("eval: expected a command"));
	if (!proc_run_shell(command, proc_deadline(), line, &status, err))
		return err_wrap(err, "eval");
	if (line->len == 0)
		return err_set(err, ERR_IO,
			       _("eval: the command printed nothing and ended with "
				 "status %d"),
			       status);
	char *end = memchr(line->bytes, '\n', line->len);
	if (end)
		str_cut(line, (size_t)(end - line->bytes));
	if (line->len > 0 && line->bytes[line->len - 1] == '\r')
		str_cut(line, line->len - 1);
	if (strlen(line->bytes) != line->len)
		return err_set(err, ERR_CONFIG, _("eval: the command printed a NUL byte"));
	return true;
}
