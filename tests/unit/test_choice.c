/* test_choice.c - the account that a request is for, and callers who do without one */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "submit/choice.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/mailchute-choice-XXXXXX";

#define ACCOUNTS                                                                                   \
	"defaults\nhost mx.example\nport 25\n"                                                     \
	"account work\nfrom w@work.example\npassword of-work\n"                                    \
	"account home\nfrom *@home.example\npassword of-home\n"                                    \
	"account default : work\nfrom d@d.example\npassword of-default\n"
#define BY_FROM "defaults\naccount_by_from on\n" ACCOUNTS
#define STRICT  "defaults\nstrict on\n" ACCOUNTS

/* A request with its job; the config is the file "config". */
struct scene {
	struct request request;
	struct job job;
	struct err err;
};

static void write_text(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	EXPECT(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void set(struct scene *scene, const char *name, const char *value)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct origin origin = { .kind = ORIGIN_COMMAND_LINE, .is_explicit = true };

	EXPECT(settings_set_named(&scene->request.settings, name, value, &origin, &err));
	EXPECT_TEXT(err.text, NULL);
}

static void begin(struct scene *scene, enum contract contract, const char *config)
{
	memset(scene, 0, sizeof *scene);
	scene->request.contract = contract;
	scene->request.config_file = "config";
	settings_init(&scene->request.settings);
	job_init(&scene->job, &scene->request);
	unlink("config");
	if (config)
		write_text("config", config);
}

static void end(struct scene *scene)
{
	job_done(&scene->job);
	request_done(&scene->request);
	err_done(&scene->err);
}

/* A descriptor from which a message with this header can be read. */
static int give_message(const char *header)
{
	write_text("message", header);
	int fd = open("message", O_RDONLY | O_CLOEXEC);

	EXPECT(fd >= 0);
	return fd;
}

/* Both steps, and the message between them. */
static bool choose(struct scene *scene, const char *header)
{
	int fd = give_message(header);
	bool is_read = choice_begin(&scene->job, &scene->err) &&
		       message_read(&scene->job.message, fd, &scene->err);

	close(fd);
	return is_read && choice_finish(&scene->job, &scene->err);
}

/* The account */

/* Config, command line and From field, and the account with its rule and sender. */
static const struct {
	const char *name, *config;
	const char *account, *from;
	bool is_by_header; /* --read-envelope-from */
	const char *header;
	const char *chosen;
	enum account_rule rule;
	const char *sender;
} choices[] = {
	{ "the default", ACCOUNTS, NULL, NULL, false, "From: x@home.example\n", "default",
	  ACCOUNT_BY_DEFAULT, "d@d.example" },
	{ "by its name", ACCOUNTS, "work", NULL, false, "From: x@home.example\n", "work",
	  ACCOUNT_BY_NAME, "w@work.example" },
	{ "by the sender", ACCOUNTS, NULL, "w@work.example", false, "", "work", ACCOUNT_BY_SENDER,
	  "w@work.example" },
	{ "by a pattern", ACCOUNTS, NULL, "x@home.example", false, "", "home", ACCOUNT_BY_SENDER,
	  "x@home.example" },
	{ "a sender of no account", ACCOUNTS, NULL, "x@else.example", false, "", "default",
	  ACCOUNT_BY_DEFAULT, "x@else.example" },
	{ "the name before the sender", ACCOUNTS, "work", "x@home.example", false, "", "work",
	  ACCOUNT_BY_NAME, "x@home.example" },
	{ "by the sender in the header", ACCOUNTS, NULL, NULL, true, "From: x@home.example\n",
	  "home", ACCOUNT_BY_SENDER, "x@home.example" },
	{ "the name before the sender in the header", ACCOUNTS, "work", NULL, true,
	  "From: x@home.example\n", "work", ACCOUNT_BY_NAME, "x@home.example" },
	{ "account_by_from", BY_FROM, NULL, NULL, false, "From: x@home.example\n", "home",
	  ACCOUNT_BY_SENDER, "x@home.example" },
	{ "account_by_from, and an author of no account", BY_FROM, NULL, NULL, false,
	  "From: x@else.example\n", "default", ACCOUNT_BY_DEFAULT, "d@d.example" },
	{ "account_by_from, and no From", BY_FROM, NULL, NULL, false, "Subject: x\n", "default",
	  ACCOUNT_BY_DEFAULT, "d@d.example" },
	{ "account_by_from, and a name", BY_FROM, "work", NULL, false, "From: x@home.example\n",
	  "work", ACCOUNT_BY_NAME, "w@work.example" },
	{ "account_by_from, and a sender", BY_FROM, NULL, "w@work.example", false,
	  "From: x@home.example\n", "work", ACCOUNT_BY_SENDER, "w@work.example" },
	{ "strict, and a fitting author", STRICT, NULL, NULL, false, "From: d@d.example\n",
	  "default", ACCOUNT_BY_DEFAULT, "d@d.example" },
	{ "strict, and no author", STRICT, NULL, NULL, false, "Subject: x\n", "default",
	  ACCOUNT_BY_DEFAULT, "d@d.example" },
	{ "strict, and a name", STRICT, "work", NULL, false, "From: x@else.example\n", "work",
	  ACCOUNT_BY_NAME, "w@work.example" },
};

static void test_choices(void)
{
	for (size_t i = 0; i < LENGTH(choices); i++) {
		struct scene scene;
		test_case("account/%s", choices[i].name);
		begin(&scene, CONTRACT_PERSON, choices[i].config);
		scene.request.account = choices[i].account;
		scene.request.read_envelope_from = choices[i].is_by_header;
		if (choices[i].from)
			set(&scene, "from", choices[i].from);
		EXPECT(choose(&scene, choices[i].header));
		EXPECT_TEXT(scene.err.text, NULL);
		EXPECT(scene.job.has_account && !scene.job.lacks_config);
		EXPECT_TEXT(scene.job.account.name, choices[i].chosen);
		EXPECT_NUMBER(scene.job.account.rule, choices[i].rule);
		EXPECT_TEXT(scene.job.account.settings.from, choices[i].sender);
		end(&scene);
	}
}

static void test_host(void)
{
	struct scene scene;

	test_case("account/--host: no config is read");
	begin(&scene, CONTRACT_PERSON, "nonsense\n");
	set(&scene, "host", "other.example");
	set(&scene, "from", "a@a.example");
	EXPECT(choose(&scene, "Subject: x\n"));
	EXPECT_TEXT(scene.err.text, NULL);
	EXPECT_NUMBER(scene.job.account.rule, ACCOUNT_BY_HOST);
	EXPECT_TEXT(scene.job.account.name, NULL);
	EXPECT_TEXT(scene.job.account.settings.host, "other.example");
	end(&scene);
}

static void test_secrets(void)
{
	struct scene scene;

	test_case("account/only the chosen one keeps its password");
	begin(&scene, CONTRACT_PERSON, ACCOUNTS);
	EXPECT(choose(&scene, "Subject: x\n"));
	EXPECT_TEXT(scene.job.account.settings.password.bytes, "of-default");
	EXPECT_NUMBER(scene.job.config.count, 3);
	for (size_t i = 0; i < scene.job.config.count; i++)
		EXPECT(!scene.job.config.accounts[i].settings.password.bytes);
	end(&scene);

	test_case("account/no command of the config sees password_env");
	setenv("CHOICE_SECRET", "hush", 1);
	begin(&scene, CONTRACT_PERSON,
	      "host mx.example\nfrom a@a.example\neval echo \"user x$CHOICE_SECRET\"\n");
	set(&scene, "password_env", "CHOICE_SECRET");
	EXPECT(choose(&scene, "Subject: x\n"));
	EXPECT_TEXT(scene.job.account.settings.user, "x");
	end(&scene);
}

/* Refusals */

static const struct {
	const char *name, *config;
	const char *account, *from;
	bool is_by_header;
	const char *header;
	enum err_kind kind;
	const char *part;
	bool is_taken; /* by a caller of sendmail */
} refusals[] = {
	{ "no such file", NULL, NULL, NULL, false, "", ERR_IO, "config: No such file or directory",
	  true },
	{ "a faulty line", "host mx.example\nport many\n", NULL, NULL, false, "", ERR_CONFIG,
	  "config:2: port: expected ", true },
	{ "an unknown setting", "hots mx.example\n", NULL, NULL, false, "", ERR_CONFIG,
	  "config:1: ", true },
	{ "no account", "", NULL, NULL, false, "", ERR_CONFIG, "account default: ", true },
	{ "no such account", ACCOUNTS, "wrok", NULL, false, "", ERR_CONFIG,
	  "account wrok: not found in config; did you mean work?", true },
	{ "no relay", "from a@a.example\n", NULL, NULL, false, "", ERR_CONFIG,
	  "account default from config: host: required", true },
	{ "an author's account that can't be used",
	  BY_FROM "account bare\nignore_extensions AUTH\nfrom b@bare.example\n", NULL, NULL, false,
	  "From: b@bare.example\n", ERR_CONFIG,
	  "account bare from config: ignore_extensions: AUTH can't be ignored", true },
	{ "no From field", ACCOUNTS, NULL, NULL, true, "Subject: x\n", ERR_USAGE,
	  "the message has no From field to take the sender from", false },
	{ "an unreadable From field", ACCOUNTS, NULL, NULL, true, "From: <a@\n", ERR_INPUT, "From",
	  false },
	{ "strict, and another author", STRICT, NULL, NULL, false, "From: x@home.example\n",
	  ERR_INPUT,
	  "account default is not for the sender x@home.example, and strict is on: name an account "
	  "with --account, or add one whose from fits",
	  false },
	{ "strict, and another sender", STRICT, NULL, "x@else.example", false,
	  "From: d@d.example\n", ERR_INPUT, "account default is not for the sender x@else.example",
	  false },
};

static void begin_refusal(struct scene *scene, size_t i, enum contract contract)
{
	begin(scene, contract, refusals[i].config);
	scene->request.account = refusals[i].account;
	scene->request.read_envelope_from = refusals[i].is_by_header;
	if (refusals[i].from)
		set(scene, "from", refusals[i].from);
}

static void test_refusals(void)
{
	for (size_t i = 0; i < LENGTH(refusals); i++) {
		struct scene scene;
		test_case("refusal/%s", refusals[i].name);
		begin_refusal(&scene, i, CONTRACT_PERSON);
		EXPECT(!choose(&scene, refusals[i].header));
		EXPECT_NUMBER(scene.err.kind, refusals[i].kind);
		EXPECT_PART(scene.err.text, refusals[i].part);
		EXPECT(!scene.job.lacks_config);
		EXPECT_NUMBER(scene.job.obstacle.kind, ERR_NONE);
		end(&scene);
	}
}

/* A caller of sendmail looks at nothing: a message is taken while only the config is at fault. */
static void test_without_config(void)
{
	for (size_t i = 0; i < LENGTH(refusals); i++) {
		struct scene scene;
		test_case("sendmail/%s", refusals[i].name);
		begin_refusal(&scene, i, CONTRACT_SENDMAIL);
		EXPECT(choose(&scene, refusals[i].header) == refusals[i].is_taken);
		EXPECT_NUMBER(scene.err.kind, refusals[i].is_taken ? ERR_NONE : refusals[i].kind);
		EXPECT(scene.job.lacks_config == refusals[i].is_taken);
		EXPECT_NUMBER(scene.job.obstacle.kind,
			      refusals[i].is_taken ? refusals[i].kind : ERR_NONE);
		if (refusals[i].is_taken) {
			EXPECT_PART(scene.job.obstacle.text, refusals[i].part);
			EXPECT(scene.job.has_account && !scene.job.account.name);
			EXPECT_TEXT(scene.job.account.settings.host, NULL);
		}
		end(&scene);
	}
}

static void test_without_account(void)
{
	struct scene scene;

	test_case("sendmail/the command line counts without a config");
	begin(&scene, CONTRACT_SENDMAIL, "nonsense\n");
	set(&scene, "from", "a@a.example");
	EXPECT(choice_begin(&scene.job, &scene.err) && choice_finish(&scene.job, &scene.err));
	EXPECT_TEXT(scene.job.account.settings.from, "a@a.example");
	end(&scene);

	test_case("sendmail/no sender is needed");
	begin(&scene, CONTRACT_SENDMAIL, "host mx.example\n");
	EXPECT(choose(&scene, "Subject: x\n"));
	EXPECT(!scene.job.lacks_config);
	EXPECT_TEXT(scene.job.account.name, "default");
	end(&scene);

	test_case("person/a sender is needed");
	begin(&scene, CONTRACT_PERSON, "host mx.example\n");
	EXPECT(!choose(&scene, "Subject: x\n"));
	EXPECT_NUMBER(scene.err.kind, ERR_CONFIG);
	EXPECT_PART(scene.err.text, "from: required (or give a sender with -f)");
	end(&scene);
}

/* Only faults of the config are done without, and only for a caller of sendmail. */
static void test_kinds(void)
{
	for (int kind = ERR_USAGE; kind < ERR_KINDS; kind++) {
		struct scene scene;
		bool is_config = kind == ERR_CONFIG || kind == ERR_IO;
		for (int contract = CONTRACT_PERSON; contract <= CONTRACT_SENDMAIL; contract++) {
			bool is_taken = is_config && contract == CONTRACT_SENDMAIL;
			test_case("doing without/%s, contract %d",
				  err_exit_name((enum err_kind)kind), contract);
			begin(&scene, (enum contract)contract, NULL);
			err_set(&scene.err, (enum err_kind)kind, "words");
			EXPECT(choice_do_without(&scene.job, &scene.err) == is_taken);
			EXPECT_TEXT(scene.err.text, is_taken ? NULL : "words");
			EXPECT_TEXT(scene.job.obstacle.text, is_taken ? "words" : NULL);
			end(&scene);
		}
	}
}

/* Senders that only this machine knows */

static void test_local_sender(void)
{
	static const struct {
		const char *name, *config;
		enum contract contract;
		const char *sender;
	} locals[] = {
		{ "of a program", ACCOUNTS, CONTRACT_SENDMAIL, "d@d.example" },
		{ "of a person", ACCOUNTS, CONTRACT_PERSON, "joe@localhost" },
		{ "with maildomain", "defaults\nmaildomain m.example\n" ACCOUNTS, CONTRACT_SENDMAIL,
		  "joe@localhost" },
	};

	for (size_t i = 0; i < LENGTH(locals); i++) {
		struct scene scene;
		test_case("local sender/%s", locals[i].name);
		begin(&scene, locals[i].contract, locals[i].config);
		set(&scene, "from", "joe@localhost");
		EXPECT(choose(&scene, "Subject: x\n"));
		EXPECT_TEXT(scene.job.account.settings.from, locals[i].sender);
		end(&scene);
	}
}

/* Looking */

static void test_preview(void)
{
	struct scene scene;

	test_case("preview/the message is not read without need");
	begin(&scene, CONTRACT_PERSON, ACCOUNTS);
	scene.request.mode = MODE_PRETEND;
	EXPECT(choice_preview(&scene.job, -1, &scene.err));
	EXPECT_TEXT(scene.job.account.name, "default");
	end(&scene);

	test_case("preview/the author's account");
	begin(&scene, CONTRACT_PERSON, BY_FROM);
	scene.request.mode = MODE_PRETEND;
	int fd = give_message("From: x@home.example\n");
	EXPECT(choice_preview(&scene.job, fd, &scene.err));
	EXPECT_TEXT(scene.job.account.name, "home");
	close(fd);
	end(&scene);

	test_case("preview/%%F is the author");
	begin(&scene, CONTRACT_PERSON, "host mx.example\nfrom %F\n");
	scene.request.mode = MODE_PRETEND;
	fd = give_message("From: x@home.example\n");
	EXPECT(choice_preview(&scene.job, fd, &scene.err));
	EXPECT_TEXT(scene.job.account.settings.from, "x@home.example");
	close(fd);
	end(&scene);

	test_case("preview/a faulty config is told to a caller of sendmail, too");
	begin(&scene, CONTRACT_SENDMAIL, "nonsense\n");
	scene.request.mode = MODE_PRETEND;
	EXPECT(!choice_preview(&scene.job, -1, &scene.err));
	EXPECT_NUMBER(scene.err.kind, ERR_CONFIG);
	EXPECT(!scene.job.lacks_config);
	end(&scene);
}

static void test_preview_aliases(void)
{
	static const struct {
		const char *name, *aliases, *recipient;
		bool is_good;
	} rows[] = {
		{ "good", "joe: joe@a.example\n", "joe", true },
		{ "a faulty file", "joe joe@a.example\n", "joe", false },
		{ "a faulty file, and no recipient", "joe joe@a.example\n", NULL, true },
		{ "a faulty recipient", "joe: joe@a.example\n", "<", true },
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct scene scene;
		test_case("preview of aliases/%s", rows[i].name);
		begin(&scene, CONTRACT_PERSON, ACCOUNTS);
		write_text("aliases", rows[i].aliases);
		set(&scene, "aliases", "aliases");
		if (rows[i].recipient) {
			scene.request.recipients = mem_zeroed(1, sizeof *scene.request.recipients);
			scene.request.recipients[0] = rows[i].recipient;
			scene.request.recipient_count = 1;
		}
		EXPECT(choice_without_message(&scene.job, &scene.err));
		EXPECT(choice_preview_aliases(&scene.job, &scene.err) == rows[i].is_good);
		EXPECT_NUMBER(scene.err.kind, rows[i].is_good ? ERR_NONE : ERR_CONFIG);
		end(&scene);
	}
}

int main(void)
{
	test_begin("choice");
	test_case("a folder");
	EXPECT(mkdtemp(folder) && chdir(folder) == 0 && setenv("HOME", folder, 1) == 0);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("SMTPSERVER");
	unsetenv("EMAIL");
	test_choices();
	test_host();
	test_secrets();
	test_refusals();
	test_without_config();
	test_without_account();
	test_kinds();
	test_local_sender();
	test_preview();
	test_preview_aliases();
	EXPECT(chdir("/") == 0);
	CLEANUP(mem_free_at) char *command = str_format("rm -rf %s", folder);
	EXPECT(system(command) == 0);
	return test_end();
}
