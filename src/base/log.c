/* log.c - lines for a log file, for syslog, and for --debug */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static bool is_debug;

bool log_to_file(const char *path, const char *line, struct err *err)
{
	CLEANUP(str_done) struct str whole = STR_INIT;
	/* O_NONBLOCK: a FIFO without a reader must not delay the message. */
	CLEANUP(fs_close_at)
	int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);

	if (fd < 0)
		return err_sys(err, ERR_IO, errno, _("cannot open log file %s"), path);
	str_addf(&whole, "%s\n", line);
	ssize_t done = write(fd, whole.bytes, whole.len);
	if (done < 0)
		return err_sys(err, ERR_IO, errno, _("cannot write to log file %s"), path);
	if ((size_t)done < whole.len)
		return err_set(err, ERR_IO, _("cannot write to log file %s: no room"), path);
	return true;
}

void log_to_syslog(int priority, const char *tag, const char *line)
{
	CLEANUP(fs_close_at) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct sockaddr_un place = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	CLEANUP(str_done) struct str packet = STR_INIT;
	time_t now = time(NULL);
	struct tm tm;
	char when[32] = "";

	if (fd < 0 || !localtime_r(&now, &tm))
		return;
	/*
	 * The format of RFC 3164, which every /dev/log accepts; its month names are always English.
	 */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	snprintf(when, sizeof when, "%.3s %2d %02d:%02d:%02d", months + 3 * tm.tm_mon, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec);
	str_addf(&packet, "<%d>%s %s: %s", priority, when, tag, line);
	(void)sendto(fd, packet.bytes, packet.len, MSG_NOSIGNAL, (const struct sockaddr *)&place,
		     sizeof place);
}

void log_enable_debug(void)
{
	is_debug = true;
}

bool log_is_debug(void)
{
	return is_debug;
}

void log_debug(const char *format, ...)
{
	va_list args;

	if (!is_debug)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void log_debug_line(const char *prefix, const char *bytes, size_t len)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	if (!is_debug)
		return;
	str_add_printable(&line, bytes, len);
	log_debug("%s%s", prefix, line.bytes);
}
