/* main.c - parse the request, run its mode, report, return the exit status */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/change.h"
#include "app/check.h"
#include "app/discover.h"
#include "app/explain.h"
#include "app/import.h"
#include "app/queue_mode.h"
#include "app/rmqs.h"
#include "app/send.h"
#include "app/serverinfo.h"
#include "app/verify.h"
#include "base/i18n.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "deliver/report.h"
#include "serve/stdio.h"
#include "submit/choice.h"
#include "submit/job.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * Opens /dev/null for each standard descriptor that is closed, so that no file of ours gets its
 * number. Returns whether standard input was open.
 */
static bool have_standard_descriptors(void)
{
	bool has_stdin = fcntl(STDIN_FILENO, F_GETFD) >= 0;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return false;
	return has_stdin;
}

/* The process holds a password: prevent core dumps, tracing and a TLS key log. */
static void guard_secrets(void)
{
	const struct rlimit none = { 0, 0 };

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	unsetenv("SSLKEYLOGFILE");
}

/*
 * A set-id or privileged executable would lend its rights to any user: the caller chooses the
 * config and the log file.
 */
static bool has_rights_of_its_own(void)
{
	struct stat st;
	char capability[64];

	return (stat("/proc/self/exe", &st) == 0 && st.st_mode & (S_ISUID | S_ISGID)) ||
	       getxattr("/proc/self/exe", "security.capability", capability, sizeof capability) > 0;
}

/* Drops the rights that a set-id caller passed on: the process acts as the real user. */
static void become_real_user(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (getauxval(AT_SECURE) && has_rights_of_its_own()) {
		fputs("mailchute: must not be installed set-id or with capabilities\n", stderr);
		_exit(EX_CONFIG);
	}
	if ((uid != geteuid() || gid != getegid()) &&
	    (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0))
		_exit(EX_OSERR);
}

static void set_up_process(void)
{
	sigset_t none;

	become_real_user();
	guard_secrets();
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool is_plain_locale(const char *name)
{
	const char *value = getenv(name);

	return !value || !*value || strcmp(value, "POSIX") == 0 ||
	       (value[0] == 'C' && (!value[1] || value[1] == '.'));
}

/*
 * The locales C and POSIX need no files to be loaded. Skipping them makes a start from cron faster.
 */
static void set_up_locale(void)
{
	if (is_plain_locale("LC_ALL") && is_plain_locale("LC_MESSAGES") &&
	    is_plain_locale("LC_TIME") && is_plain_locale("LANG"))
		return;
	setlocale(LC_CTYPE, "");
	setlocale(LC_MESSAGES, "");
	setlocale(LC_TIME, "");
#ifdef ENABLE_NLS
	bindtextdomain("mailchute", LOCALEDIR);
	textdomain("mailchute");
#endif
}

static int run(const struct request *request)
{
	static int (*const functions[])(const struct request *request) = {
#define MODE(mode, option, traits, function) [MODE_##mode] = function,
#include "cli/mode.def"
	};

	return functions[request->mode](request);
}

static bool needs_stdin(const struct request *request)
{
	return mode_reads_message(request->mode) &&
	       (!request->composition.is_wanted || composition_reads_stdin(&request->composition));
}

/* Whether a person or a log reads stderr: at a terminal, with -v, and during runs that repeat. */
static bool has_listener(const struct request *request)
{
	bool is_endless = request->mode == MODE_QUEUE_RUN && request->interval > 0;

	return request->is_debug || is_endless ||
	       (isatty(STDERR_FILENO) && request->error_mode != ERRORS_QUIET);
}

int main(int argc, char *argv[])
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(request_done) struct request request;
	bool has_stdin = have_standard_descriptors();

	set_up_process();
	set_up_locale();
	report_set_name(argc > 0 ? argv[0] : NULL);
	if (!cli_parse(&request, argc, argv, &err))
		return report_error(&err);
	if (request.is_debug)
		log_enable_debug();
	if (request.error_mode == ERRORS_QUIET)
		report_be_quiet();
	report_set_tag(request.log_tag);
	if (request.is_sendmail)
		report_for_program(has_listener(&request));
	if (needs_stdin(&request) && !has_stdin) {
		err_set(&err, ERR_NOINPUT, _("standard input is closed"));
		return report_end(report_error(&err));
	}
	return report_end(run(&request));
}
