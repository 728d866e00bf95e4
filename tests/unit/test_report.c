/* test_report.c - the line about a message in the log, and the words for a person */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/fs.h"
#include "deliver/report.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* The data of a log line. */
struct scene {
	struct settings settings;
	struct envelope envelope;
	struct err err;
};

static void begin(struct scene *scene)
{
	memset(scene, 0, sizeof *scene);
	settings_init(&scene->settings);
	scene->settings.host = mem_copy("mx.example");
	envelope_init(&scene->envelope);
	scene->envelope.sender = mem_copy("a@a.example");
	scene->envelope.size = 1234;
	envelope_add(&scene->envelope, mem_copy("b@b.example"));
}

static void end(struct scene *scene)
{
	settings_done(&scene->settings);
	envelope_done(&scene->envelope);
	err_done(&scene->err);
}

static void set_verdict(struct scene *scene, int code, const char *words)
{
	scene->envelope.reply_code = code;
	scene->envelope.reply = mem_copy(words);
}

/* An error that is the server's reply, wrapped as it is on its way up. */
static void set_reply_error(struct err *err, int code, const char *words, const char *lines)
{
	err_set(err, ERR_REJECT, "%s", words);
	err->code = code;
	err->reply_len = strlen(words);
	err->reply = mem_copy(lines);
	err_wrap(err, "naming the recipient");
}

static void expect_line(const struct scene *scene, const char *expected)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	report_add_log_line(&line, &scene->settings, &scene->envelope, &scene->err);
	EXPECT_TEXT(line.bytes, expected);
}

static void replace(char **text, const char *with)
{
	free(*text);
	*text = mem_copy(with);
}

static void test_success(void)
{
	struct scene scene;

	test_case("sent");
	begin(&scene);
	scene.settings.tls = true;
	scene.settings.auth = mem_copy("");
	scene.settings.user = mem_copy("joe");
	envelope_add(&scene.envelope, mem_copy("c@c.example"));
	set_verdict(&scene, 250, "250 2.0.0 queued as 1");
	expect_line(&scene, "host=mx.example tls=on auth=on user=joe from=a@a.example "
			    "recipients=b@b.example,c@c.example mailsize=1234 smtpstatus=250 "
			    "smtpmsg='250 2.0.0 queued as 1' exitcode=EX_OK");
	end(&scene);

	test_case("sent through a socket, by nobody, without a verdict");
	begin(&scene);
	free(mem_take(&scene.settings.host));
	scene.settings.socket = mem_copy("/run/lmtp");
	scene.settings.user = mem_copy("joe");
	replace(&scene.envelope.sender, "");
	expect_line(&scene, "socket=/run/lmtp tls=off auth=off from= recipients=b@b.example "
			    "mailsize=1234 exitcode=EX_OK");
	end(&scene);
}

static void test_failure(void)
{
	struct scene scene;

	test_case("refused");
	begin(&scene);
	set_reply_error(&scene.err, 550, "550 5.1.1 who?", "550 5.1.1 who?");
	expect_line(&scene, "host=mx.example tls=off auth=off from=a@a.example "
			    "recipients=b@b.example smtpstatus=550 smtpmsg='550 5.1.1 who?' "
			    "errormsg='naming the recipient: 550 5.1.1 who?' exitcode=EX_DATAERR");
	end(&scene);

	test_case("refused in several lines");
	begin(&scene);
	set_reply_error(&scene.err, 550, "550 5.1.1 who is that?",
			"550 5.1.1 who\n5.1.1 is\nthat?");
	expect_line(&scene, "host=mx.example tls=off auth=off from=a@a.example "
			    "recipients=b@b.example smtpstatus=550 "
			    "smtpmsg='550-5.1.1 who\\n550-5.1.1 is\\n550 that?' "
			    "errormsg='naming the recipient: 550 5.1.1 who is that?' "
			    "exitcode=EX_DATAERR");
	end(&scene);

	test_case("not reached");
	begin(&scene);
	err_set(&scene.err, ERR_NET, "mx.example:25: connection refused");
	expect_line(&scene, "host=mx.example tls=off auth=off from=a@a.example "
			    "recipients=b@b.example "
			    "errormsg='mx.example:25: connection refused' exitcode=EX_TEMPFAIL");
	end(&scene);

	test_case("an older verdict is not the failure's");
	begin(&scene);
	set_verdict(&scene, 250, "250 ok");
	err_set(&scene.err, ERR_NET, "lost");
	expect_line(&scene, "host=mx.example tls=off auth=off from=a@a.example "
			    "recipients=b@b.example errormsg='lost' exitcode=EX_TEMPFAIL");
	end(&scene);
}

/* A text from outside, and its form with and without quotes. */
static const struct {
	const char *text;
	const char *quoted;
	const char *bare;
} hostile[] = {
	{ "it's", "it?s", "it's" },
	{ "' exitcode=EX_OK", "? exitcode=EX_OK", "' exitcode=EX_OK" },
	{ "a\nb\n", "a\\nb\\n", "a\\nb\\n" },
	{ "a\r\tb", "a??b", "a??b" },
	{ "\033]0;x\a", "?]0;x?", "?]0;x?" },
	{ "\xc2\x9b"
	  "31m",
	  "?31m", "?31m" },
	{ "\xff\xfe", "??", "??" },
	{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	{ "100%s%n", "100%s%n", "100%s%n" },
};

static void test_hostile(void)
{
	for (size_t i = 0; i < LENGTH(hostile); i++) {
		struct scene scene;
		const char *bare = hostile[i].bare;
		const char *quoted = hostile[i].quoted;

		test_case("hostile/%zu/sent", i);
		begin(&scene);
		replace(&scene.settings.host, hostile[i].text);
		replace(&scene.envelope.sender, hostile[i].text);
		replace(&scene.envelope.recipients[0].address, hostile[i].text);
		set_verdict(&scene, 250, hostile[i].text);
		CLEANUP(mem_free_at)
		char *sent =
			str_format("host=%s tls=off auth=off from=%s recipients=%s mailsize=1234 "
				   "smtpstatus=250 smtpmsg='%s' exitcode=EX_OK",
				   bare, bare, bare, quoted);
		expect_line(&scene, sent);

		test_case("hostile/%zu/failed", i);
		set_reply_error(&scene.err, 550, hostile[i].text, hostile[i].text);
		CLEANUP(mem_free_at)
		char *failed = str_format(
			"host=%s tls=off auth=off from=%s recipients=%s smtpstatus=550 "
			"smtpmsg='%s' errormsg='naming the recipient: %s' exitcode=EX_DATAERR",
			bare, bare, bare, quoted, quoted);
		expect_line(&scene, failed);
		end(&scene);
	}
}

static void read_file(const char *path, struct str *out)
{
	CLEANUP(fs_close_at) int fd = open(path, O_RDONLY | O_CLOEXEC);

	EXPECT(fd >= 0 && fs_read_rest(fd, out));
}

static void test_log_file(void)
{
	char folder[] = "/tmp/test-report.XXXXXX";
	CLEANUP(str_done) struct str text = STR_INIT;
	struct stat facts;
	struct scene scene;

	test_case("two lines in a log file that only we can read");
	EXPECT(mkdtemp(folder) != NULL);
	CLEANUP(mem_free_at) char *path = str_format("%s/log", folder);
	begin(&scene);
	scene.settings.logfile = mem_copy(path);
	replace(&scene.settings.logfile_time_format, "none");
	scene.settings.syslog = -1;
	report_log(&scene.settings, &scene.envelope, &scene.err);
	replace(&scene.settings.logfile_time_format, "at %%");
	report_log(&scene.settings, &scene.envelope, &scene.err);
	read_file(path, &text);
	EXPECT_TEXT(text.bytes, "host=mx.example tls=off auth=off from=a@a.example "
				"recipients=b@b.example mailsize=1234 exitcode=EX_OK\n"
				"at % host=mx.example tls=off auth=off from=a@a.example "
				"recipients=b@b.example mailsize=1234 exitcode=EX_OK\n");
	EXPECT(stat(path, &facts) == 0);
	EXPECT_NUMBER(facts.st_mode & 0777, 0600);
	end(&scene);
	unlink(path);
	rmdir(folder);
}

/* Catches the output on stderr from here to stop_catching. */
static int start_catching(int *fd)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	int kept = dup(STDERR_FILENO);

	*fd = fs_open_nameless(NULL, &err);
	dup2(*fd, STDERR_FILENO);
	return kept;
}

static void stop_catching(int kept, int *fd, struct str *out)
{
	dup2(kept, STDERR_FILENO);
	close(kept);
	EXPECT(lseek(*fd, 0, SEEK_SET) == 0 && fs_read_rest(*fd, out));
	fs_close_at(fd);
}

static void test_errors(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str warnings = STR_INIT;
	int fd;

	test_case("an error is one printable line, and its kind the status");
	report_set_name("/usr/sbin/sendmail");
	err_set(&err, ERR_AUTH, "a\nb\033[2J");
	int kept = start_catching(&fd);
	int status = report_error(&err);
	stop_catching(kept, &fd, &text);
	EXPECT_NUMBER(status, EX_NOPERM);
	EXPECT_TEXT(text.bytes, "sendmail: a\\nb?[2J\n");

	test_case("each warning has its line");
	str_clear(&text);
	str_add(&warnings, "one\ntwo\a\n");
	kept = start_catching(&fd);
	report_warnings(&warnings);
	stop_catching(kept, &fd, &text);
	EXPECT_TEXT(text.bytes, "sendmail: one\nsendmail: two?\n");
}

static void test_bad_log_file(void)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct scene scene;
	int fd;

	test_case("a log that can't be written is said, with the line");
	begin(&scene);
	scene.settings.logfile = mem_copy("/no/such/folder/log");
	replace(&scene.settings.logfile_time_format, "none");
	int kept = start_catching(&fd);
	report_log(&scene.settings, &scene.envelope, &scene.err);
	stop_catching(kept, &fd, &text);
	EXPECT_PART(text.bytes, "/no/such/folder/log");
	EXPECT_PART(text.bytes, "recipients=b@b.example mailsize=1234 exitcode=EX_OK\n");
	end(&scene);
}

static void release(struct str *out, int status)
{
	CLEANUP(str_done) struct str warnings = STR_INIT;
	int fd;
	int kept = start_catching(&fd);

	str_add(&warnings, "one\ntwo\n");
	report_warnings(&warnings);
	EXPECT_NUMBER(report_end(status), status);
	stop_catching(kept, &fd, out);
}

/* The last of the tests: the program called us for good. */
static void test_program(void)
{
	char folder[] = "/tmp/test-report.XXXXXX";
	CLEANUP(str_done) struct str text = STR_INIT;
	struct scene scene;

	test_case("a program reads stderr after a failure alone");
	EXPECT(mkdtemp(folder) != NULL);
	CLEANUP(mem_free_at) char *path = str_format("%s/log", folder);
	begin(&scene);
	scene.settings.logfile = mem_copy(path);
	replace(&scene.settings.logfile_time_format, "none");
	report_for_program(false);
	report_use_log(&scene.settings);
	release(&text, EX_OK);
	EXPECT_TEXT(text.bytes, "");
	read_file(path, &text);
	EXPECT_TEXT(text.bytes, "one\ntwo\n");
	str_clear(&text);
	release(&text, EX_TEMPFAIL);
	EXPECT_TEXT(text.bytes, "sendmail: one\nsendmail: two\n");

	test_case("in the background only the log is left");
	str_clear(&text);
	report_detached();
	release(&text, EX_TEMPFAIL);
	EXPECT_TEXT(text.bytes, "");
	read_file(path, &text);
	EXPECT_TEXT(text.bytes, "one\ntwo\none\ntwo\n");
	end(&scene);
	unlink(path);
	rmdir(folder);
}

static void test_name(void)
{
	test_case("the name is the last part of argv[0]");
	report_set_name("/usr/bin/mailchute");
	EXPECT_TEXT(report_name(), "mailchute");
	report_set_name("sendmail");
	EXPECT_TEXT(report_name(), "sendmail");
	report_set_name("");
	report_set_name(NULL);
	EXPECT_TEXT(report_name(), "sendmail");
}

int main(void)
{
	test_begin("report");
	test_success();
	test_failure();
	test_hostile();
	test_log_file();
	test_errors();
	test_bad_log_file();
	test_name();
	test_program();
	return test_end();
}
