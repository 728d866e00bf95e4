/* test_cli.c - the command line */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ascii.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "conf/settings.h"

#include "test.h"

#include <stdlib.h>
#include <time.h>

enum { WORDS_MAX = 14 };

/* Parses the words; argv[0] is put before them. */
static bool parse_as(const char *name, struct request *request, const char *const words[WORDS_MAX],
		     struct err *err)
{
	char *argv[WORDS_MAX + 2] = { (char *)(uintptr_t)name };
	int argc = 1;

	for (; argc <= WORDS_MAX && words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	return cli_parse(request, argc, argv, err);
}

static bool parse(struct request *request, const char *const words[WORDS_MAX], struct err *err)
{
	return parse_as("mailchute", request, words, err);
}

static void name_case(const char *what, const char *const words[WORDS_MAX])
{
	CLEANUP(str_done) struct str name = STR_INIT;

	str_add(&name, what);
	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		str_addf(&name, " '%s'", words[i]);
	test_case("%s", name.bytes);
}

static void describe_text(const char *name, const char *text, struct str *out)
{
	if (text)
		str_addf(out, " %s=%s", name, text);
}

static void describe_queue(const struct request *request, struct str *out)
{
	describe_text("id", request->queue_id, out);
	describe_text("folder", request->import_folder, out);
	describe_text("I", request->choice.id, out);
	describe_text("S", request->choice.sender, out);
	describe_text("R", request->choice.recipient, out);
	str_add(out, request->ignores_schedule ? " force" : "");
	str_add(out, request->is_json ? " json" : "");
	str_add(out, request->is_all_users ? " all-users" : "");
	if (request->interval)
		str_addf(out, " every=%d", request->interval);
}

static void describe_composition(const struct composition *c, struct str *out)
{
	static const char *const fields[] = { "to", "cc", "bcc", "reply-to" };

	describe_text("subject", c->subject, out);
	describe_text("body", c->body_file, out);
	describe_text("html", c->html_file, out);
	for (size_t i = 0; i < c->addressees_count; i++)
		describe_text(fields[c->addressees[i].option], c->addressees[i].list, out);
	for (size_t i = 0; i < c->attachment_count; i++) {
		describe_text("attach", c->attachments[i].path, out);
		describe_text("as", c->attachments[i].name, out);
	}
	if (c->is_wanted)
		str_addf(out, " compose%s%s", composition_reads_stdin(c) ? " stdin" : "",
			 composition_has_text_on_stdin(c) ? "-text" : "");
}

/* MODE_DRY_RUN is "dry-run", and MODE_QUEUE_HOLD is "hold". */
static void describe_mode(enum mode mode, struct str *out)
{
	static const char *const modes[] = {
#define MODE(mode, option, traits, function) #mode,
#include "cli/mode.def"
	};
	const char *name = modes[mode];

	if (strncmp(name, "QUEUE_", 6) == 0)
		name += 6;
	for (; *name; name++)
		str_add_char(out, *name == '_' ? '-' : ascii_lower(*name));
}

/* What comes out, as one text: "send debug -t file=f account=a name=value... <recipient>..." */
static void describe(const struct request *request, struct str *out)
{
	static const char *const deliveries[] = { "", " background", " queue-only" };
	static const char *const error_modes[] = { "", " mail-errors", " quiet" };

	describe_mode(request->mode, out);
	str_add(out, deliveries[request->delivery]);
	str_add(out, error_modes[request->error_mode]);
	str_add(out, request->is_debug ? " debug" : "");
	str_add(out, request->read_recipients ? " -t" : "");
	str_add(out, request->read_envelope_from ? " read-from" : "");
	str_add(out, request->needs_smtputf8 ? " utf8" : "");
	str_add(out, request->dsn_is_wish ? " wish" : "");
	describe_text("file", request->config_file, out);
	describe_text("account", request->account, out);
	describe_text("envid", request->envid, out);
	describe_text("tag", request->log_tag, out);
	describe_text("for", request->rmqs, out);
	describe_text("of", request->configured, out);
	str_add(out, request->not_before > time(NULL) ? " later" : "");
	describe_queue(request, out);
	describe_composition(&request->composition, out);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!settings_is_explicit(&request->settings, (enum option_id)i))
			continue;
		str_addf(out, " %s=", options[i].name);
		settings_print(&request->settings, &options[i], out);
	}
	for (size_t i = 0; i < request->recipient_count; i++)
		str_addf(out, " <%s>", request->recipients[i]);
}

static const struct {
	const char *words[WORDS_MAX];
	const char *request;
} good[] = {
	{ { NULL }, "send" },
	{ { "a@b" }, "send <a@b>" },
	{ { "a@b", "-t", "c@d" }, "send -t <a@b> <c@d>" },
	{ { "-ti" }, "send -t" },
	{ { "-it", "x" }, "send -t <x>" },
	{ { "-fx@y", "a" }, "send from=x@y <a>" },
	{ { "-f", "x@y", "a" }, "send from=x@y <a>" },
	{ { "--from=x@y", "a" }, "send from=x@y <a>" },
	{ { "--from", "x@y", "a" }, "send from=x@y <a>" },
	{ { "-f", "<>", "a" }, "send from= <a>" },
	{ { "-f", "", "a" }, "send from= <a>" },
	{ { "-f", "<x@y>", "a" }, "send from=x@y <a>" },
	{ { "-r", "x@y", "a" }, "send from=x@y <a>" },
	{ { "-f1", "-f2" }, "send from=2" },
	{ { "-f", "--", "--", "-a" }, "send from=-- <-a>" },
	{ { "--", "-t", "--from=x" }, "send <-t> <--from=x>" },
	{ { "--", "-", "a" }, "send <-> <a>" },
	{ { "" }, "send <>" },
	{ { "a", "help" }, "send <a> <help>" },
	{ { "--", "help" }, "send <help>" },
	{ { "--", "\xE2\x80\x93t" }, "send <\xE2\x80\x93t>" },
	{ { "\xE2\x80\x9C"
	    "A\xE2\x80\x9D <b@c>" },
	  "send <\xE2\x80\x9C"
	  "A\xE2\x80\x9D <b@c>>" },
	{ { "-at", "-hx", "-A", "x", "b" }, "send account=t <b>" },
	{ { "-tid", "a" }, "send debug -t <a>" },
	{ { "-d0.1" }, "version" },
	{ { "-d9", "--debug=2", "-v" }, "send debug" },
	{ { "--debug", "2" }, "send debug <2>" },
	{ { "-P" }, "pretend" },
	{ { "--pretend", "-S" }, "pretend" },
	{ { "-S" }, "serverinfo" },
	{ { "--rmqs=@example.org" }, "rmqs for=@example.org" },
	{ { "--rmqs", "#q" }, "rmqs for=#q" },
	{ { "--rmqs=x", "-P" }, "pretend for=x" },
	{ { "--configure=a@b" }, "configure of=a@b" },
	{ { "--help", "--configure", "a@b" }, "configure of=a@b" },
	{ { "--host-srv", "--host-fallback=a, b:1" }, "send host_fallback=a, b:1 host_srv=on" },
	{ { "--print-config" }, "print-config" },
	{ { "--print_config" }, "print-config" },
	{ { "--explain" }, "explain" },
	{ { "--header=X: y", "--add-header", "Z:" }, "send add_header=X: y\nZ:" },
	{ { "--help", "--version" }, "help" },
	{ { "--version", "-S", "a" }, "version <a>" },
	{ { "-C", "f", "-a", "n" }, "send file=f account=n" },
	{ { "--file=f", "--account", "n" }, "send file=f account=n" },
	{ { "--acc=x" }, "send account=x" },
	{ { "-F", "A B", "-Nnever", "-Rhdrs", "-X", "l" },
	  "send from_full_name=A B dsn_notify=never dsn_return=headers logfile=l" },
	{ { "-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root" },
	  "send mail-errors from_full_name=CronDaemon <root>" },
	{ { "-oem", "-oi", "-f", "a@b", "-B8BITMIME", "--", "c@d" },
	  "send mail-errors from=a@b <c@d>" },
	{ { "-o", "i", "-A", "c", "-h", "3", "-L", "tag" }, "send tag=tag" },
	{ { "-O", "x=y", "-G", "-i", "-m", "-n", "-U", "-D", "f", "-J" }, "send utf8" },
	{ { "-p", "x", "-E", "-x", "-em" }, "send mail-errors" },
	{ { "-odb" }, "send background" },
	{ { "-o", "dq" }, "send queue-only" },
	{ { "-odd", "-odi" }, "send" },
	{ { "-oem", "-oep" }, "send" },
	{ { "-oeq" }, "send quiet" },
	{ { "-V", "a+2B", "-Nnever" }, "send envid=a+2B dsn_notify=never" },
	{ { "-bm", "a" }, "send <a>" },
	{ { "-b", "m", "a" }, "send <a>" },
	{ { "--tls", "off" }, "send tls=on <off>" },
	{ { "--tls=off" }, "send tls=off" },
	{ { "--tls_starttls=off" }, "send tls_starttls=off" },
	{ { "--auth", "--user=", "--syslog=LOG_MAIL" }, "send auth=on user= syslog=LOG_MAIL" },
	{ { "--host", "h", "--port=0x19" }, "send host=h port=25" },
	{ { "--keepbcc", "--connect-timeout=3" }, "send timeout=3 remove_bcc_headers=off" },
	{ { "--undisclosed-recipients" }, "send set_to_header=undisclosed_recipients" },
	{ { "--tls-force-sslv3", "--tls-force-sslv3=on" }, "send" },
	{ { "--add-missing-date-header=off" }, "send set_date_header=off" },
	{ { "--passwor=x" }, "send passwordeval=x" },
	{ { "--ho=h" }, "send host=h" },
	{ { "--auth" }, "send auth=on" },
	{ { "--read-e" }, "send read-from" },
	{ { "--queue=off" }, "send queue=off" },
	{ { "-q" }, "run" },
	{ { "--queue-run", "--all-users" }, "run all-users" },
	{ { "-qf" }, "run force" },
	{ { "-q10m" }, "run every=600" },
	{ { "-q1h30m5s", "-qf" }, "run force every=5405" },
	{ { "-q5" }, "run every=300" },
	{ { "-qIabc" }, "run I=abc force" },
	{ { "-qS", "a@b", "-v" }, "run debug S=a@b force" },
	{ { "-qR@b", "-qS@c" }, "run S=@c R=@b force" },
	{ { "-M", "abc" }, "run I=abc force" },
	{ { "-bp" }, "list" },
	{ { "--queue-list" }, "list" },
	{ { "--queue-list=json", "-a", "x" }, "list account=x json" },
	{ { "--queue-list=text" }, "list" },
	{ { "--queue-show", "abcd" }, "show id=abcd" },
	{ { "--filter", "sed 's/a b/c/'" }, "send filter=sed \"s/a b/c/\"" },
	{ { "--to", "a@b", "--to=c@d", "e@f" }, "send -t to=a@b to=c@d compose stdin-text <e@f>" },
	{ { "--cc=a", "--bcc=b", "--reply-to=c" },
	  "send -t cc=a bcc=b reply-to=c compose stdin-text" },
	{ { "--subject", "--to", "a" }, "send -t subject=--to compose stdin-text <a>" },
	{ { "--attach=a", "--attach=b", "--attach-name=c", "--attach=d" },
	  "send -t attach=a attach=b as=c attach=d compose stdin-text" },
	{ { "--attach=-", "--attach-name=c" }, "send -t attach=- as=c compose stdin" },
	{ { "--body-file=a" }, "send -t body=a compose" },
	{ { "--body-file=-" }, "send -t body=- compose stdin-text" },
	{ { "--body-file=a", "--html-file=-" }, "send -t body=a html=- compose stdin" },
	{ { "--html-file=-" }, "send -t html=- compose stdin" },
	{ { "--dry-run", "a" }, "dry-run <a>" },
	{ { "--dry-run", "--explain", "--to=a" }, "explain -t to=a compose stdin-text" },
	{ { "--help", "--to=a" }, "help -t to=a compose stdin-text" },
	{ { "--at", "+2h", "a" }, "send later <a>" },
	{ { "--at=23:59", "-t" }, "send -t later" },
	{ { "--at=9999-12-31T23:59Z", "-P" }, "pretend later" },
	{ { "--queue-retry=abcd", "-a", "x" }, "retry account=x id=abcd" },
	{ { "--queue-hold", "abcd" }, "hold id=abcd" },
	{ { "--queue-remove", "abcd" }, "remove id=abcd" },
	{ { "--queue-import", "~/x" }, "import folder=~/x" },
	{ { "--queue-imp=x", "--queue-remove=abcd" }, "import id=abcd folder=x" },
	{ { "-bi" }, "aliases" },
	{ { "-bv", "a@b" }, "verify <a@b>" },
	{ { "--session=5" }, "send session_timeout=5" },
	{ { "--pre" }, "pretend" },
	{ { "--allow-from-override=off" }, "send allow_from_override=off" },
};

static void test_good(void)
{
	for (size_t i = 0; i < LENGTH(good); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(request_done) struct request request;
		CLEANUP(str_done) struct str found = STR_INIT;

		name_case("parse", good[i].words);
		EXPECT(parse(&request, good[i].words, &err));
		EXPECT_TEXT(err.text, NULL);
		describe(&request, &found);
		EXPECT_TEXT(found.bytes, good[i].request);
	}
}

static const struct {
	const char *words[WORDS_MAX];
	const char *error;
} bad[] = {
	{ { "--header=X: y\nBcc: eve@e.example" }, "not \"X: y\\nBcc: eve@e.example\"" },
	{ { "--add-header", "X: y\nZ: y" }, "expected a header field" },
	{ { "--set-header=X: y\nZ: y" }, "expected a header field" },
	{ { "--remove-header=X\nY" }, "expected the name of a header field" },
	{ { "--nonsense" }, "--nonsense: there is no such option" },
	{ { "-Z" }, "-Z: there is no such option" },
	{ { "-tZ" }, "-Z: there is no such option" },
	{ { "-f" }, "-f: an argument is missing" },
	{ { "--from" }, "--from: an argument is missing" },
	{ { "-C" }, "-C: an argument is missing" },
	{ { "--pretend=x" }, "--pretend: takes no argument" },
	{ { "--p" }, "--p: several options begin like this" },
	{ { "--set" }, "--set: several options begin like this" },
	{ { "--=x" }, "--: several options begin like this" },
	{ { "--password=x", "--pass" }, "--passwordeval: an argument is missing" },
	{ { "--port=x" }, "command line: port: expected a number from 1 to 65535, not \"x\"" },
	{ { "--port=" }, "port: expected" },
	{ { "--keepbcc=x" }, "keepbcc: expected on or off" },
	{ { "-N", "fail" }, "dsn_notify: expected" },
	{ { "-R", "HDRS" }, "dsn_return: expected" },
	{ { "-f", "a@b>\r\nRCPT TO:<c@d" }, "from: expected" },
	{ { "--host=h", "-a", "b" }, "--host and --account exclude each other" },
	{ { "-a", "b", "--host=h" }, "--host and --account exclude each other" },
	{ { "-f", "a", "--read-envelope-from" }, "exclude each other" },
	{ { "-S", "a@b" }, "--serverinfo takes no recipients" },
	{ { "-bd" }, "-bd: no daemon" },
	{ { "-bD" }, "-bD: no daemon" },
	{ { "-bt" }, "-bt: expected m, s, p, v or i" },
	{ { "-bh" }, "-bh: expected m, s, p, v or i" },
	{ { "-bS" }, "-bS: expected m, s, p, v or i" },
	{ { "-b", "sm" }, "-bs: expected m, s, p, v or i" },
	{ { "-b" }, "-b: an argument is missing" },
	{ { "-qx" }, "-q: expected f, a time" },
	{ { "-q0m" }, "-q: expected f, a time" },
	{ { "-q10mx" }, "-q: expected f, a time" },
	{ { "-q99999999999w" }, "-q: expected f, a time" },
	{ { "-q9999999w9999999w" }, "-q: expected f, a time" },
	{ { "-qR" }, "-q: an argument is missing" },
	{ { "-M" }, "-M: an argument is missing" },
	{ { "-q", "a@b" }, "a@b: recipients are for sending" },
	{ { "-bp", "a@b" }, "a@b: recipients are for sending" },
	{ { "-bs", "a@b" }, "a@b: recipients are for sending" },
	{ { "--subj" }, "--subj: several options begin like this" },
	{ { "--to" }, "--to: an argument is missing" },
	{ { "-t", "--to=a" }, "-t is for a message with a header" },
	{ { "--subject=s", "-q" }, "--to, --subject and the like are for sending" },
	{ { "--subject=s", "-bs" }, "--to, --subject and the like are for sending" },
	{ { "--attach-name=x", "--attach=a" }, "--attach-name must follow the --attach" },
	{ { "--attach=a", "--attach-name=x", "--attach-name=y" },
	  "--attach-name must follow the --attach" },
	{ { "--attach=a", "--attach-name=x/" }, "--attach-name: expected the name of a file" },
	{ { "--attach=-" }, "--attach - needs --attach-name" },
	{ { "--body-file=-", "--html-file=-" }, "standard input (-) can be used only once" },
	{ { "--at" }, "--at: an argument is missing" },
	{ { "--at=soon" }, "--at: expected a time such as" },
	{ { "--at=" }, "--at: expected a time such as" },
	{ { "--at=\x1b" }, ", not \"?\"" },
	{ { "--at=2020-01-01T00:00" }, "--at: 2020-01-01T00:00 is past" },
	{ { "--at=+2h", "-q" }, "--at is for sending a message" },
	{ { "--at=+2h", "-bs" }, "--at is for sending a message" },
	{ { "--at=+2h", "-bv", "a" }, "--at is for sending a message" },
	{ { "--queue-list=xml" }, "--queue-list: expected text or json" },
	{ { "--queue-show" }, "--queue-show: an argument is missing" },
	{ { "--queue-show=a", "--queue-hold=b" }, "--queue-hold: one message at a time" },
	{ { "--all-users" }, "--all-users goes with --queue-run" },
	{ { "--q=off" }, "--q: several options begin like this" },
	{ { "-V", "a b" }, "-V: expected" },
	{ { "-V", "a=b" }, "-V: expected" },
	{ { "-V", "a+2b" }, "-V: expected" },
	{ { "-V", "a+2" }, "-V: expected" },
	{ { "-V", "a\r\nRSET" }, "-V: expected" },
	{ { "-V", "" }, "-V: expected" },
	{ { "-L", "a b" }, "-L: expected" },
	{ { "-L", "a\nb" }, "-L: expected" },
	{ { "--rmqs=x", "-S" }, "--serverinfo and --rmqs exclude each other" },
	{ { "--rmqs=x", "a@b" }, "a@b: recipients are for sending a message" },
	{ { "--rmqs=x", "-P", "a@b" }, "a@b: recipients are for sending a message" },
	{ { "--rmqs=" }, "--rmqs: expected a host, @ and a domain, or # and a queue" },
	{ { "--rmqs=a b" }, "--rmqs: expected a host" },
	{ { "--rmqs=a\r\nRSET" }, "--rmqs: expected a host" },
	{ { "--rmqs=\xc3\xa4" }, "--rmqs: expected a host" },
	{ { "--configure=a@b", "c@d" }, "c@d: recipients are for sending a message" },
	{ { "--host-fallback=::1" }, "host_fallback: expected hosts as in" },
	{ { "-\x1b" }, "-?: there is no such option" },
	{ { "--atach=x" }, "--atach: there is no such option; did you mean --attach? (mailchute" },
	{ { "---to", "a" }, "did you mean --to?" },
	{ { "--body\xE2\x80\x93"
	    "file=x" },
	  "did you mean --body-file?" },
	{ { "--username=x" }, "did you mean --user?" },
	{ { "--xyzzy" }, "--xyzzy: there is no such option (mailchute --help has all of them)" },
	{ { "\xE2\x80\x93to", "a" }, "U+2013 (en dash) is no hyphen; write: --to" },
	{ { "a", "\xE2\x88\x92t" }, "U+2212 (minus sign) is no hyphen; write: -t" },
	{ { "help" }, "help: a word alone is a recipient; write: mailchute --help" },
	{ { "-h" }, "-h: for the help write: mailchute --help" },
	{ { "-s", "x" }, "-s: there is no such option; for the subject write: --subject TEXT" },
	{ { "-to", "a" }, "-to: a long option has two hyphens; write: --to" },
	{ { "--to", "a", "-A", "x" }, "-A: sendmail's option, without effect beside --to" },
	{ { "-oi", "--to", "a" }, "-o: sendmail's option, without effect" },
	{ { "--subject=a", "--subject=b", "c" }, "--subject: given twice" },
	{ { "--to=", "a" }, "--to: expected an address, but nothing follows" },
	{ { "--to", "--cc", "a" }, "--to: an argument is missing; what follows is an option" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < LENGTH(bad); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(request_done) struct request request;

		name_case("refuse", bad[i].words);
		EXPECT(!parse(&request, bad[i].words, &err));
		EXPECT_NUMBER(err.kind, ERR_USAGE);
		EXPECT_PART(err.text, bad[i].error);
	}
}

/* Called as sendmail: options in the order of its manual; then the calls of real programs. */
static const struct {
	const char *words[WORDS_MAX];
	const char *request;
} old_letters[] = {
	{ { "-t", "a@b" }, "send -t <a@b>" },
	{ { "-i", "-ti", "-oi" }, "send -t" },
	{ { "-f", "a@b" }, "send from=a@b" },
	{ { "-fa@b" }, "send from=a@b" },
	{ { "-f", "<>" }, "send from=" },
	{ { "-f", "" }, "send from=" },
	{ { "-r", "a@b" }, "send from=a@b" },
	{ { "-F", "A B" }, "send from_full_name=A B" },
	{ { "-B", "7BIT", "-B8BITMIME" }, "send" },
	{ { "-bm" }, "send" },
	{ { "-bs" }, "stdio" },
	{ { "-bp" }, "list" },
	{ { "-bi" }, "aliases" },
	{ { "-bv", "a" }, "verify <a>" },
	{ { "-q" }, "run" },
	{ { "-qf" }, "run force" },
	{ { "-q30m" }, "run every=1800" },
	{ { "-qI", "x" }, "run I=x force" },
	{ { "-qIx" }, "run I=x force" },
	{ { "-qR", "x" }, "run R=x force" },
	{ { "-qSx" }, "run S=x force" },
	{ { "-M", "x" }, "run I=x force" },
	{ { "-N", "failure,delay" }, "send wish dsn_notify=failure,delay" },
	{ { "-N", "NEVER" }, "send wish dsn_notify=never" },
	{ { "-R", "full" }, "send wish dsn_return=full" },
	{ { "-R", "HDRS" }, "send wish dsn_return=headers" },
	{ { "-V", "id" }, "send wish envid=id" },
	{ { "-v" }, "send debug" },
	{ { "-X", "/var/www/shell.php" }, "send" },
	{ { "-X/var/www/shell.php", "a" }, "send <a>" },
	{ { "-C", "/etc/shadow", "-C/etc/shadow" }, "send" },
	{ { "-O", "QueueDirectory=/tmp", "-oQ/tmp", "-oA/etc/passwd", "-D/tmp/x" }, "send" },
	{ { "-odi", "-oi", "-oep" }, "send" },
	{ { "-odb" }, "send background" },
	{ { "-odq" }, "send queue-only" },
	{ { "-odd" }, "send queue-only" },
	{ { "-oem" }, "send mail-errors" },
	{ { "-oee" }, "send mail-errors" },
	{ { "-oeq" }, "send quiet" },
	{ { "-Am", "-A", "c", "-L", "tag", "-h", "5", "-n", "-m" }, "send tag=tag" },
	{ { "-p", "esmtp", "-U", "-G", "-x", "-E", "-J" }, "send utf8" },
	{ { "-d", "-d9", "-d0-99.100", "a" }, "send <a>" },
	{ { "-d0.1" }, "version" },
	{ { "--", "-oQ/tmp", "a,b", "\"N\" <a>" }, "send <-oQ/tmp> <a,b> <\"N\" <a>>" },
	{ { "--read-envelope-from", "--port=25", "--timeout=5" },
	  "send read-from port=25 timeout=5" },
	{ { "--version" }, "version" },
	{ { "help" }, "send <help>" },
	{ { "\xE2\x80\x93t", "-h", "-t" }, "send <\xE2\x80\x93t>" },
	{ { "-to", "i", "to=a", "\xE2\x80\x9Cx" }, "send -t <to=a> <\xE2\x80\x9Cx>" },

	{ { "-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root" },
	  "send mail-errors from_full_name=CronDaemon <root>" },
	{ { "-FCronDaemon", "-i", "-odi", "-oem", "-oi", "-t", "-f", "root" },
	  "send mail-errors -t from=root from_full_name=CronDaemon" },
	{ { "-FAnacron", "-odi", "root" }, "send from_full_name=Anacron <root>" },
	{ { "-i", "root" }, "send <root>" },
	{ { "-i", "-B8BITMIME", "root" }, "send <root>" },
	{ { "-oem", "-oi", "-f", "a@b", "-N", "failure,delay", "-R", "hdrs", "-B8BITMIME", "--",
	    "c@d", "e@f" },
	  "send mail-errors wish from=a@b dsn_notify=failure,delay dsn_return=headers <c@d> "
	  "<e@f>" },
	{ { "-i", "-t", "-f", "a@b", "-v" }, "send debug -t from=a@b" },
	{ { "-i", "-m", "-v", "-F", "A", "-f", "a@b", "--", "c@d" },
	  "send debug from=a@b from_full_name=A <c@d>" },
	{ { "-oi", "-f", "a@b", "-t" }, "send -t from=a@b" },
	{ { "-f", "a@b", "-i", "c@d", "e@f" }, "send from=a@b <c@d> <e@f>" },
	{ { "-t", "-i", "-fa@b" }, "send -t from=a@b" },
	{ { "-oi", "-fa@b", "-t" }, "send -t from=a@b" },
	{ { "-i", "-fa@b", "--", "c@d" }, "send from=a@b <c@d>" },
	{ { "-bs", "-odb", "-oem" }, "stdio background mail-errors" },
	{ { "-oem", "-t", "-oi" }, "send mail-errors -t" },
	{ { "-oi", "-f", "a@b", "-oAaliases", "-oem", "-odb", "-t", "-Nsuccess" },
	  "send background mail-errors -t wish from=a@b dsn_notify=success" },
	{ { "-oi", "-f", "a@b", "-oep", "-odi", "-t" }, "send -t from=a@b" },
	{ { "-t", "-oi", "-oem" }, "send mail-errors -t" },
	{ { "-i", "-f", "a@b", "--", "c@d" }, "send from=a@b <c@d>" },
	{ { "-f", "a@b", "-oi", "-oem", "c@d" }, "send mail-errors from=a@b <c@d>" },
	{ { "-t", "-i" }, "send -t" },
	{ { "-oi", "-t" }, "send -t" },
	{ { "-f", "<fail2ban>", "root@localhost" }, "send from=fail2ban <root@localhost>" },
	{ { "root" }, "send <root>" },
	{ { "-f", "<>", "--", "a@b" }, "send from= <a@b>" },
};

static void test_old_letters(void)
{
	for (size_t i = 0; i < LENGTH(old_letters); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(request_done) struct request request;
		CLEANUP(str_done) struct str found = STR_INIT;

		name_case("sendmail", old_letters[i].words);
		EXPECT(parse_as("/usr/sbin/sendmail", &request, old_letters[i].words, &err));
		EXPECT_TEXT(err.text, NULL);
		EXPECT_NUMBER(request.contract, CONTRACT_SENDMAIL);
		describe(&request, &found);
		EXPECT_TEXT(found.bytes, old_letters[i].request);
	}
}

/* Options that are refused when called as sendmail. */
static const char *const refused[] = {
	"--file=f",
	"--logfile=f",
	"--passwordeval=c",
	"--tls-trust-file=f",
	"--tls-crl-file=f",
	"--tls-key-file=f",
	"--tls-cert-file=f",
	"--socket=s",
	"--aliases=f",
	"--queue-folder=f",
	"--on-failure=c",
	"--filter=c",
	"--to=x",
	"--cc=x",
	"--bcc=x",
	"--reply-to=x",
	"--subject=x",
	"--attach=f",
	"--attach-name=x",
	"--body-file=f",
	"--html-file=f",
	"--dry-run",
	"--queue-list",
	"--queue-list=json",
	"--queue-show=abcd",
	"--queue-retry=abcd",
	"--queue-hold=abcd",
	"--queue-remove=abcd",
	"--queue-import=x",
	"--queue-run",
	"--serverinfo",
	"--pretend",
	"--print-config",
	"--rmqs=x",
	"--configure=x",
	"-S",
	"-P",
	"-bd",
	"-bD",
	"-bt",
	"-bh",
	"-bS",
	"-Z",
};

static void test_refused(void)
{
	for (size_t i = 0; i < LENGTH(refused); i++) {
		const char *const words[WORDS_MAX] = { refused[i] };
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(request_done) struct request request;

		test_case("sendmail does not take %s", refused[i]);
		EXPECT(!parse_as("sendmail", &request, words, &err));
		EXPECT_NUMBER(err.kind, ERR_USAGE);
	}
}

static const struct {
	const char *name;
	enum contract contract;
	enum mode mode;
} names_called[] = {
	{ "sendmail", CONTRACT_SENDMAIL, MODE_SEND },
	{ "/usr/lib/sendmail", CONTRACT_SENDMAIL, MODE_SEND },
	{ "send-mail", CONTRACT_SENDMAIL, MODE_SEND },
	{ "/usr/bin/mailq", CONTRACT_SENDMAIL, MODE_QUEUE_LIST },
	{ "newaliases", CONTRACT_SENDMAIL, MODE_ALIASES },
	{ "/usr/sbin/runq", CONTRACT_SENDMAIL, MODE_QUEUE_RUN },
	{ "mailchute", CONTRACT_PERSON, MODE_SEND },
	{ "msmtp", CONTRACT_PERSON, MODE_SEND },
	{ "sendmail.real", CONTRACT_PERSON, MODE_SEND },
	{ "/sendmail/", CONTRACT_PERSON, MODE_SEND },
	{ "", CONTRACT_PERSON, MODE_SEND },
	{ NULL, CONTRACT_PERSON, MODE_SEND },
};

static void test_personalities(void)
{
	static const char *const none[WORDS_MAX] = { NULL };
	static const char *const stdio[WORDS_MAX] = { "-bs", "-C", "f" };

	for (size_t i = 0; i < LENGTH(names_called); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(request_done) struct request request;

		test_case("called as %s", names_called[i].name ? names_called[i].name : "nothing");
		EXPECT(parse_as(names_called[i].name, &request, none, &err));
		EXPECT_NUMBER(request.contract, names_called[i].contract);
		EXPECT_NUMBER(request.mode, names_called[i].mode);
	}
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(request_done) struct request request;
	test_case("-bs has sendmail's contract under our own name, and takes our options");
	EXPECT(parse(&request, stdio, &err));
	EXPECT_NUMBER(request.contract, CONTRACT_SENDMAIL);
	EXPECT_NUMBER(request.mode, MODE_STDIO);
	EXPECT_TEXT(request.config_file, "f");
}

static void test_posix(void)
{
	static const char *const words[WORDS_MAX] = { "-t", "a", "-f", "b" };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(request_done) struct request request;
	CLEANUP(str_done) struct str found = STR_INIT;

	test_case("POSIXLY_CORRECT ends options at the first recipient");
	setenv("POSIXLY_CORRECT", "1", 1);
	EXPECT(parse(&request, words, &err));
	unsetenv("POSIXLY_CORRECT");
	describe(&request, &found);
	EXPECT_TEXT(found.bytes, "send -t <a> <-f> <b>");
}

/* The long options of msmtp 1.8.33, which all have to be taken. */
static const char *const names[] = {
	"--version",
	"--help",
	"--pretend",
	"--debug",
	"--serverinfo",
	"--file=x",
	"--account=x",
	"--host=x",
	"--port=1",
	"--timeout=1",
	"--connect-timeout=1",
	"--protocol=smtp",
	"--domain=x",
	"--source-ip=",
	"--proxy-host=",
	"--proxy-port=",
	"--socket=",
	"--auth",
	"--user=",
	"--passwordeval=",
	"--tls",
	"--tls-starttls",
	"--tls-certcheck",
	"--tls-trust-file=",
	"--tls-crl-file=",
	"--tls-fingerprint=",
	"--tls-key-file=",
	"--tls-cert-file=",
	"--tls-priorities=",
	"--tls-host-override=",
	"--tls-min-dh-prime-bits=",
	"--tls-force-sslv3",
	"--from=",
	"--read-envelope-from",
	"--read-recipients",
	"--dsn-notify=off",
	"--dsn-return=off",
	"--logfile=",
	"--logfile-time-format=",
	"--syslog",
	"--aliases=",
	"--set-from-header",
	"--set-date-header",
	"--set-msgid-header",
	"--set-to-header",
	"--remove-bcc-headers",
	"--auto-from",
	"--maildomain=",
	"--add-missing-from-header",
	"--add-missing-date-header",
	"--undisclosed-recipients",
	"--keepbcc",
};

static void test_names(void)
{
	for (size_t i = 0; i < LENGTH(names); i++) {
		const char *const words[WORDS_MAX] = { names[i] };
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(request_done) struct request request;

		test_case("take %s", names[i]);
		EXPECT(parse(&request, words, &err));
		EXPECT_TEXT(err.text, NULL);
	}
}

static bool offers(const struct str *help, const char *flag)
{
	const char *found = strstr(help->bytes, flag);

	while (found && !strchr("= [\n", found[strlen(flag)]))
		found = strstr(found + 1, flag);
	return found;
}

static void test_help(void)
{
	CLEANUP(str_done) struct str help = STR_INIT;

	help_add(&help);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		CLEANUP(mem_free_at) char *flag = str_format("--%s", options[i].name);
		bool is_offered = !(options[i].flags & OPTION_NO_FLAG);

		for (char *c = flag; *c; c++)
			*c = *c == '_' ? '-' : *c;
		test_case("help on %s", flag);
		EXPECT(offers(&help, flag) == is_offered);
	}
	test_case("help fits into 80 columns");
	for (const char *line = help.bytes; *line; line += strcspn(line, "\n") + 1)
		EXPECT(strcspn(line, "\n") < 80);
}

int main(void)
{
	test_begin("cli");
	unsetenv("POSIXLY_CORRECT");
	test_good();
	test_bad();
	test_old_letters();
	test_refused();
	test_personalities();
	test_posix();
	test_names();
	test_help();
	return test_end();
}
