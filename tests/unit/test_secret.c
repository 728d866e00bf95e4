/* test_secret.c - the sources of a secret: their order, failures and deadlines, and wiping */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/clock.h"
#include "conf/keyring.h"
#include "conf/prompt.h"
#include "conf/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OTHER_USER = 65534 };

static char folder[] = "/tmp/mailchute-secret-XXXXXX";

/* What stands in for the keyring and the terminal: their answers, and what they were asked. */
static struct {
	const char *in_keyring; /* NULL: no such password */
	const char *typed;      /* NULL: no terminal; "": an empty line */
	unsigned keyring_count;
	unsigned prompt_count;
	bool may_unlock;
	int64_t keyring_deadline;
	int64_t prompt_deadline;
	char question[80];
} desktop;

/* The linker prefers these two to the functions of the library. */
bool keyring_find(const char *host, const char *user, bool may_ask, int64_t deadline,
		  struct secret *out)
{
	EXPECT_TEXT(host, "mx.example");
	EXPECT_TEXT(user, "joe");
	desktop.keyring_count++;
	desktop.may_unlock = may_ask;
	desktop.keyring_deadline = deadline;
	if (desktop.in_keyring)
		secret_set(out, desktop.in_keyring, strlen(desktop.in_keyring));
	return desktop.in_keyring;
}

bool prompt_ask(const char *question, int64_t deadline, struct secret *out, struct err *err)
{
	desktop.prompt_count++;
	desktop.prompt_deadline = deadline;
	snprintf(desktop.question, sizeof desktop.question, "%s", question);
	if (desktop.typed && !*desktop.typed)
		return err_set(err, ERR_AUTH, "no password was typed");
	if (desktop.typed)
		secret_set(out, desktop.typed, strlen(desktop.typed));
	return true;
}

/* The folder */

static void write_bytes(const char *name, const char *bytes, size_t len, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	EXPECT(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && fchmod(fd, mode) == 0);
	close(fd);
}

static void write_text(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text), 0600);
}

static char *path_of(const char *name)
{
	return str_format("%s/%s", folder, name);
}

/*
 * A descriptor from which these bytes can be read, as exec would hand it on. Each has a number of
 * its own, because the secret of a number is remembered.
 */
static int give_descriptor(const char *bytes, int *writer)
{
	static int number = 100;
	int ends[2];

	EXPECT(pipe2(ends, O_CLOEXEC) == 0 &&
	       write(ends[1], bytes, strlen(bytes)) == (ssize_t)strlen(bytes));
	number++;
	EXPECT(dup2(ends[0], number) == number && close(ends[0]) == 0);
	*writer = ends[1];
	return number;
}

/* Settings */

static void set(struct settings *settings, const char *name, const char *value)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct origin origin = { .kind = ORIGIN_COMMAND_LINE, .is_explicit = true };

	EXPECT(settings_set_named(settings, name, value, &origin, &err));
	EXPECT_TEXT(err.text, NULL);
}

/* Sets one that is the name of a file in the folder. */
static void set_path(struct settings *settings, const char *name, const char *file)
{
	CLEANUP(mem_free_at) char *path = path_of(file);

	set(settings, name, path);
}

static void set_descriptor(struct settings *settings, int fd)
{
	CLEANUP(mem_free_at) char *number = str_format("%d", fd);

	set(settings, "password_fd", number);
}

/* An account without any source. */
static void begin(struct settings *settings)
{
	settings_init(settings);
	set(settings, "host", "mx.example");
	set(settings, "user", "joe");
	set(settings, "auth", "PLAIN");
	memset(&desktop, 0, sizeof desktop);
}

/* The secret or, after an error, its text; `kind` is the error's. */
static char *find(const struct settings *settings, int64_t deadline, enum err_kind *kind)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(credential_done) struct credential found = { 0 };
	bool is_found = secret_find(settings, true, deadline, &found, &err);

	*kind = err.kind;
	EXPECT(is_found == (err.kind == ERR_NONE));
	return mem_copy(is_found ? found.secret.bytes : err.text);
}

static void expect_secret(const struct settings *settings, const char *expected)
{
	enum err_kind kind;
	CLEANUP(mem_free_at) char *found = find(settings, clock_after(60), &kind);

	EXPECT_NUMBER(kind, ERR_NONE);
	EXPECT_TEXT(found, expected);
}

static void expect_failure(const struct settings *settings, enum err_kind expected,
			   const char *part)
{
	enum err_kind kind;
	CLEANUP(mem_free_at) char *text = find(settings, clock_after(60), &kind);

	EXPECT_NUMBER(kind, expected);
	EXPECT_PART(text, part);
}

/* Order */

static void empty_keyring(void)
{
	desktop.in_keyring = NULL;
}

static void remove_netrc(void)
{
	EXPECT(unlink(".netrc") == 0);
}

/* All sources are set; each is taken away after it was found to be the first. */
static const struct {
	const char *secret;
	const char *setting; /* to unset */
	void (*remove)(void);
} order[] = {
	{ "of password", "password", NULL },
	{ "of password_file", "password_file", NULL },
	{ "of password_fd", "password_fd", NULL },
	{ "of password_env", "password_env", NULL },
	{ "of password_command", "password_command", NULL },
	{ "of passwordeval", "passwordeval", NULL },
	{ "of the keyring", NULL, empty_keyring },
	{ "of netrc", NULL, remove_netrc },
	{ "of the terminal", NULL, NULL },
};

static void set_all(struct settings *settings)
{
	int writer;

	set(settings, "password", "of password");
	write_text("file", "of password_file\nmore\n");
	set_path(settings, "password_file", "file");
	set_descriptor(settings, give_descriptor("of password_fd\n", &writer));
	close(writer);
	setenv("SECRET_ORDER", "of password_env", 1);
	set(settings, "password_env", "SECRET_ORDER");
	set(settings, "password_command", "echo \"of password_command\"");
	set(settings, "passwordeval", "echo of passwordeval; echo more");
	desktop.in_keyring = "of the keyring";
	write_text(".netrc", "machine mx.example login joe password \"of netrc\"\n");
	desktop.typed = "of the terminal";
}

static void test_order(void)
{
	CLEANUP(settings_done) struct settings settings;

	test_case("order/prepared");
	begin(&settings);
	set_all(&settings);
	for (size_t i = 0; i < LENGTH(order); i++) {
		test_case("order/%s", order[i].secret);
		expect_secret(&settings, order[i].secret);
		EXPECT_NUMBER(desktop.keyring_count, i < 6 ? 0 : i - 5);
		EXPECT_NUMBER(desktop.prompt_count, i < 8 ? 0 : 1);
		if (order[i].setting)
			set(&settings, order[i].setting, "");
		if (order[i].remove)
			order[i].remove();
	}
	EXPECT_TEXT(desktop.question, "Password of joe at mx.example: ");
}

static void test_token_order(void)
{
	CLEANUP(settings_done) struct settings settings;

	begin(&settings);
	set(&settings, "token_command", "echo of-token_command");
	set(&settings, "password", "of-password");

	test_case("order/no token for a mechanism with a password");
	expect_secret(&settings, "of-password");
	test_case("order/a token for a mechanism that is not chosen yet");
	set(&settings, "auth", "on");
	expect_secret(&settings, "of-token_command");
	test_case("order/a token for OAuth");
	set(&settings, "auth", "XOAUTH2");
	expect_secret(&settings, "of-token_command");
	test_case("order/a token in a source for passwords");
	set(&settings, "token_command", "");
	expect_secret(&settings, "of-password");
}

/* The keyring and netrc are searched by host and user; the user is asked only if allowed. */
static void test_places(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(credential_done) struct credential found = { 0 };
	CLEANUP(settings_done) struct settings settings;

	test_case("places/no person to ask");
	begin(&settings);
	desktop.typed = "typed";
	EXPECT(!secret_find(&settings, false, CLOCK_NEVER, &found, &err));
	EXPECT_NUMBER(err.kind, ERR_AUTH);
	EXPECT_NUMBER(desktop.prompt_count, 0);
	EXPECT_NUMBER(desktop.keyring_count, 1);
	EXPECT(!desktop.may_unlock);

	test_case("places/a netrc for another user");
	desktop.typed = NULL;
	write_text(".netrc", "machine mx.example login ann password x\n");
	expect_failure(&settings, ERR_AUTH, "no password for user joe at mx.example: ");
	EXPECT(desktop.may_unlock);

	test_case("places/no user");
	set(&settings, "user", "");
	desktop.typed = "typed";
	desktop.in_keyring = "kept";
	expect_failure(&settings, ERR_AUTH, "no password for user (not set) at mx.example: ");
	EXPECT_NUMBER(desktop.prompt_count, 1);
	EXPECT_NUMBER(desktop.keyring_count, 2);
	remove_netrc();
}

/* Failures */

#define NO_PASSWORD                                                                                \
	": set one of password, password_file, password_fd, password_env, password_command and "   \
	"passwordeval, or put it into the keyring or ~/.netrc"

/* Settings, and the error. A @ in a value is the folder. */
static const struct {
	const char *name;
	const char *settings[2][2];
	enum err_kind kind;
	const char *part;
} failures[] = {
	{ "no source",
	  { { "auth", "PLAIN" } },
	  ERR_AUTH,
	  "no password for user joe at mx.example" NO_PASSWORD },
	{ "no token",
	  { { "auth", "XOAUTH2" } },
	  ERR_AUTH,
	  "no access token for user joe at mx.example: set token_command, or put it where a "
	  "password could be" },
	{ "a socket",
	  { { "socket", "/run/relay" }, { "user", "" } },
	  ERR_AUTH,
	  " at /run/relay: " },
	{ "a missing file",
	  { { "password_file", "@/missing" } },
	  ERR_CONFIG,
	  "password_file: @/missing: No such file or directory" },
	{ "an empty file",
	  { { "password_file", "@/empty" } },
	  ERR_CONFIG,
	  "password_file: @/empty: the first line is empty" },
	{ "a file with a NUL",
	  { { "password_file", "@/nul" } },
	  ERR_CONFIG,
	  "password_file: @/nul: there is a NUL byte in the first line" },
	{ "a folder",
	  { { "password_file", "@" } },
	  ERR_CONFIG,
	  "password_file: @: Is a directory" },
	{ "a file without a folder",
	  { { "password_file", "secret" } },
	  ERR_CONFIG,
	  "password_file: secret has no slash in front, and there is no CREDENTIALS_DIRECTORY" },
	{ "a descriptor that is not open",
	  { { "password_fd", "99" } },
	  ERR_AUTH,
	  "joe at mx.example (password_fd: descriptor 99 is not open): set one of " },
	{ "a variable that is not set",
	  { { "password_env", "SECRET_NO" } },
	  ERR_AUTH,
	  "joe at mx.example (password_env: SECRET_NO is not set): set one of " },
	{ "two that have nothing",
	  { { "password_fd", "99" }, { "password_env", "SECRET_NO" } },
	  ERR_AUTH,
	  " (password_fd: descriptor 99 is not open; password_env: SECRET_NO is not set): " },
	{ "a command that fails",
	  { { "password_command", "sh -c \"exit 3\"" } },
	  ERR_CONFIG,
	  "password_command: the command ended with status 3" },
	{ "a command that has no answer now",
	  { { "password_command", "sh -c \"exit 75\"" } },
	  ERR_DEFER,
	  "password_command: the command has no answer for now (it ended with status 75)" },
	{ "a command that is killed",
	  { { "password_command", "sh -c \"kill -9 $$\"" } },
	  ERR_CONFIG,
	  "password_command: the command ended with status 137" },
	{ "a command that does not exist",
	  { { "password_command", "/nowhere/command" } },
	  ERR_CONFIG,
	  "password_command: the command was not found (status 127)" },
	{ "a command that can't be run",
	  { { "password_command", "@/empty" } },
	  ERR_CONFIG,
	  "password_command: the command can't be run (status 126)" },
	{ "a silent command",
	  { { "password_command", "true" } },
	  ERR_CONFIG,
	  "password_command: the command printed no password" },
	{ "an empty first line of a command",
	  { { "passwordeval", "echo; echo x" } },
	  ERR_CONFIG,
	  "passwordeval: the command printed no password" },
	{ "a shell command that fails",
	  { { "passwordeval", "exit 4" } },
	  ERR_CONFIG,
	  "passwordeval: the command ended with status 4" },
	{ "a shell command that has no answer now",
	  { { "passwordeval", "exit 75" } },
	  ERR_DEFER,
	  "passwordeval: the command has no answer for now" },
	{ "a silent token command",
	  { { "auth", "XOAUTH2" }, { "token_command", "true" } },
	  ERR_CONFIG,
	  "token_command: the command printed no access token" },
	{ "a token command with an error for the user",
	  { { "auth", "XOAUTH2" }, { "token_command", "echo '{\"error\":\"invalid_grant\"}'" } },
	  ERR_AUTH,
	  "token_command: there is no access token: invalid_grant" },
	{ "no token in a source for passwords",
	  { { "auth", "XOAUTH2" }, { "password", "to ken" } },
	  ERR_CONFIG,
	  "password: the access token has a character that is not allowed" },
};

/* The text with the folder in the place of each @. */
static char *fill_in(const char *text)
{
	struct str filled = STR_INIT;

	for (; *text; text++)
		if (*text == '@')
			str_add(&filled, folder);
		else
			str_add_char(&filled, *text);
	return str_take(&filled);
}

static void test_failures(void)
{
	write_text("empty", "\n");
	write_bytes("nul", "a\0b\n", 4, 0600);
	for (size_t i = 0; i < LENGTH(failures); i++) {
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(mem_free_at) char *part = fill_in(failures[i].part);
		test_case("failure/%s", failures[i].name);
		begin(&settings);
		for (size_t k = 0; k < 2 && failures[i].settings[k][0]; k++) {
			CLEANUP(mem_free_at) char *value = fill_in(failures[i].settings[k][1]);
			set(&settings, failures[i].settings[k][0], value);
		}
		expect_failure(&settings, failures[i].kind, part);
	}
}

/* A source that fails ends the search, even if a later one has the secret. */
static void test_failure_ends_search(void)
{
	CLEANUP(settings_done) struct settings settings;

	test_case("failure/later sources are not asked");
	begin(&settings);
	set(&settings, "password_command", "false");
	set(&settings, "passwordeval", "echo secret");
	expect_failure(&settings, ERR_CONFIG, "password_command: ");

	test_case("failure/nothing typed");
	set(&settings, "password_command", "");
	set(&settings, "passwordeval", "");
	desktop.typed = "";
	expect_failure(&settings, ERR_AUTH, "no password was typed");
}

static void test_descriptor_failures(void)
{
	CLEANUP(settings_done) struct settings settings;
	int writer;

	test_case("failure/an empty descriptor");
	begin(&settings);
	set_descriptor(&settings, give_descriptor("\n", &writer));
	CLEANUP(mem_free_at)
	char *text = str_format("password_fd: descriptor %d: the first line is empty",
				settings.password_fd);
	expect_failure(&settings, ERR_CONFIG, text);
	close(writer);

	test_case("failure/a descriptor of the process that took the message");
	set_descriptor(&settings, give_descriptor("secret\n", &writer));
	settings.origins[OPT_password_fd].kind = ORIGIN_QUEUE;
	expect_failure(&settings, ERR_AUTH, " (password_fd gave it when the message was taken): ");
	settings.origins[OPT_password_fd].kind = ORIGIN_COMMAND_LINE;
	expect_secret(&settings, "secret");
	close(writer);
}

/* Files with these modes, read by a user other than root. */
static const struct {
	const char *name, *setting;
	mode_t mode;
	bool is_own, is_good;
} modes[] = {
	{ "file", "password_file", 0600, true, true },
	{ "file", "password_file", 0400, true, true },
	{ "file", "password_file", 0640, true, false },
	{ "file", "password_file", 0604, true, false },
	{ "file", "password_file", 0644, false, true }, /* root's file */
	{ ".netrc", NULL, 0600, true, true },
	{ ".netrc", NULL, 0644, true, false },
	{ ".netrc", NULL, 0644, false, false },
};

static void expect_mode(const struct settings *settings, bool is_good, bool is_own)
{
	if (is_good)
		expect_secret(settings, "secret");
	else
		expect_failure(settings, ERR_CONFIG,
			       is_own ? "a file with a password must be readable and writable by "
					"you only (mode 0600)"
				      : "a file with a password must belong to you");
}

static void test_modes(void)
{
	bool is_root = geteuid() == 0;
	uid_t user = is_root ? OTHER_USER : geteuid();

	for (size_t i = 0; i < LENGTH(modes); i++) {
		CLEANUP(settings_done) struct settings settings;
		if (!is_root && !modes[i].is_own)
			continue;
		test_case("mode/%s %04o%s", modes[i].name, (unsigned)modes[i].mode,
			  modes[i].is_own ? "" : " of root");
		begin(&settings);
		const char *text = modes[i].setting
					   ? "secret\n"
					   : "machine mx.example login joe password secret\n";
		write_bytes(modes[i].name, text, strlen(text), modes[i].mode);
		if (modes[i].setting)
			set_path(&settings, modes[i].setting, modes[i].name);
		EXPECT(!is_root || (chown(folder, user, 0) == 0 &&
				    chown(modes[i].name, modes[i].is_own ? user : 0, 0) == 0 &&
				    seteuid(user) == 0));
		expect_mode(&settings, modes[i].is_good, modes[i].is_own);
		EXPECT(!is_root || (seteuid(0) == 0 && chown(folder, 0, 0) == 0));
		EXPECT(unlink(modes[i].name) == 0);
	}
}

/* What a command prints may be a secret, even where it is of no use. */
static const struct {
	const char *setting, *command;
} printed[] = {
	{ "passwordeval", "echo hush; exit 1" },
	{ "passwordeval", "echo hush; exit 75" },
	{ "passwordeval", "printf 'hu\\0sh\\n'; echo hush" },
	{ "passwordeval", "echo; echo hush" },
	{ "passwordeval", "echo hush; yes hush | head -c 1100000" },
	{ "passwordeval", "echo hush; sleep 60" },
	{ "password_command", "sh -c \"echo hush; exit 1\"" },
	{ "token_command", "sh -c \"echo hush; exit 1\"" },
	{ "token_command", "echo hu sh hush" },
	{ "token_command", "echo {hush" },
	{ "token_command", "echo '{\"hush\":\"hush\"}'" },
};

static void test_output_in_errors(void)
{
	for (size_t i = 0; i < LENGTH(printed); i++) {
		CLEANUP(settings_done) struct settings settings;
		enum err_kind kind;
		test_case("output/%s", printed[i].command);
		begin(&settings);
		set(&settings, "auth", *printed[i].setting == 't' ? "XOAUTH2" : "PLAIN");
		set(&settings, printed[i].setting, printed[i].command);
		CLEANUP(mem_free_at) char *text = find(&settings, clock_after(1), &kind);
		EXPECT(kind == ERR_CONFIG || kind == ERR_DEFER);
		EXPECT_PART(text, printed[i].setting);
		EXPECT(!strstr(text, "hush"));
	}
}

/* Deadlines */

static void expect_late(const struct settings *settings, const char *part)
{
	int64_t start = clock_now();
	enum err_kind kind;
	CLEANUP(mem_free_at) char *text = find(settings, clock_now() + 50, &kind);

	EXPECT_NUMBER(kind, ERR_CONFIG);
	EXPECT_PART(text, part);
	EXPECT(clock_now() - start >= 50 && clock_now() - start < TEST_PATIENCE / 4);
}

static void test_deadlines(void)
{
	CLEANUP(settings_done) struct settings settings;
	int writer;

	test_case("deadline/a pipe without a writer");
	begin(&settings);
	EXPECT(mkfifo("fifo", 0600) == 0);
	set_path(&settings, "password_file", "fifo");
	expect_late(&settings, "/fifo: is a pipe that no program writes to");

	test_case("deadline/half a line at a descriptor");
	set(&settings, "password_file", "");
	set_descriptor(&settings, give_descriptor("half a li", &writer));
	expect_late(&settings, "Connection timed out");
	close(writer);

	test_case("deadline/a slow command");
	set(&settings, "password_fd", "");
	set(&settings, "password_command", "sleep 60");
	expect_late(&settings, "password_command: the command did not end in time");

	test_case("deadline/a slow shell command");
	set(&settings, "password_command", "");
	set(&settings, "passwordeval", "sleep 60; echo x");
	expect_late(&settings, "passwordeval: the command did not end in time");
}

/* The keyring and the terminal get what is left of the time, the terminal PROMPT_SECONDS at most.
 */
static void test_deadlines_of_places(void)
{
	CLEANUP(settings_done) struct settings settings;
	int64_t deadline = clock_after(10);
	enum err_kind kind;

	test_case("deadline/passed on");
	begin(&settings);
	desktop.typed = "typed";
	free(find(&settings, deadline, &kind));
	EXPECT_NUMBER(desktop.keyring_deadline, deadline);
	EXPECT_NUMBER(desktop.prompt_deadline, deadline);

	test_case("deadline/of the terminal");
	free(find(&settings, CLOCK_NEVER, &kind));
	EXPECT_NUMBER(desktop.keyring_deadline, CLOCK_NEVER);
	EXPECT(clock_left(desktop.prompt_deadline) <= PROMPT_SECONDS * 1000);
	EXPECT(clock_left(desktop.prompt_deadline) > PROMPT_SECONDS * 1000 - TEST_PATIENCE);
}

/* Taking and wiping */

static void test_take(void)
{
	CLEANUP(settings_done) struct settings settings;
	int writer;

	test_case("take/a descriptor and a variable");
	begin(&settings);
	setenv("SECRET_TAKE", "of env", 1);
	set(&settings, "password_env", "SECRET_TAKE");
	set_descriptor(&settings, give_descriptor("of fd\n", &writer));
	secret_take(&settings);
	close(writer);
	EXPECT(fcntl(settings.password_fd, F_GETFD) < 0 && errno == EBADF);
	EXPECT(!getenv("SECRET_TAKE"));
	expect_secret(&settings, "of fd");
	set(&settings, "password_fd", "");
	expect_secret(&settings, "of env");

	test_case("take/not a descriptor of another process");
	int fd = give_descriptor("of fd\n", &writer);
	set_descriptor(&settings, fd);
	settings.origins[OPT_password_fd].kind = ORIGIN_QUEUE;
	secret_take(&settings);
	EXPECT(fcntl(fd, F_GETFD) >= 0);
	close(fd);
	close(writer);
}

static void test_forget(void)
{
	CLEANUP(settings_done) struct settings settings;

	test_case("forget/password and PINs");
	begin(&settings);
	set(&settings, "password", "secret");
	set(&settings, "tls_key_file", "pkcs11:object=key?pin-value=1234");
	set(&settings, "tls_cert_file", "pkcs11:object=cert?pin-value=1234");
	secret_forget(&settings);
	EXPECT(!settings.password.bytes && !settings.password.len);
	EXPECT_TEXT(settings.tls_key_file, "pkcs11:object=key");
	EXPECT_TEXT(settings.tls_cert_file, "pkcs11:object=cert");
	expect_failure(&settings, ERR_AUTH, "no password for user joe");

	test_case("forget/a file stays");
	set(&settings, "tls_key_file", "/etc/key.pem");
	secret_forget(&settings);
	EXPECT_TEXT(settings.tls_key_file, "/etc/key.pem");

	test_case("forget/nothing set");
	set(&settings, "tls_key_file", "");
	set(&settings, "tls_cert_file", "");
	secret_forget(&settings);
	EXPECT_TEXT(settings.tls_key_file, NULL);
}

/* The command of a token that the server has rejected is told so, and only then. */
static void test_refresh(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(credential_done) struct credential found = { 0 };
	CLEANUP(settings_done) struct settings settings;

	test_case("refresh/the command is told");
	begin(&settings);
	set(&settings, "auth", "XOAUTH2");
	set(&settings, "token_command", "sh -c \"echo refused=$MAILCHUTE_TOKEN_REFUSED\"");
	EXPECT(secret_find(&settings, true, clock_after(60), &found, &err));
	EXPECT_TEXT(found.secret.bytes, "refused=");
	EXPECT(secret_refresh(&settings, clock_after(60), &found, &err));
	EXPECT_TEXT(found.secret.bytes, "refused=1");
	EXPECT(found.is_token);
	EXPECT(!getenv("MAILCHUTE_TOKEN_REFUSED"));

	test_case("refresh/no question to a person");
	set(&settings, "token_command", "");
	desktop.typed = "typed";
	EXPECT(!secret_refresh(&settings, clock_after(60), &found, &err));
	EXPECT_NUMBER(err.kind, ERR_AUTH);
	EXPECT_NUMBER(desktop.prompt_count, 0);
}

/* Sources, and the one of which a later process would not get the secret. */
static const struct {
	const char *name;
	const char *settings[2][2];
	const char *fleeting;
} sources[] = {
	{ "none", { { "auth", "PLAIN" } }, NULL },
	{ "a variable", { { "password_env", "SECRET_FLEETING" } }, "password_env" },
	{ "a variable that is not set", { { "password_env", "SECRET_NO" } }, NULL },
	{ "no login", { { "auth", "off" }, { "password_env", "SECRET_FLEETING" } }, NULL },
	{ "a password, too", { { "password", "x" }, { "password_env", "SECRET_FLEETING" } }, NULL },
	{ "a file, too",
	  { { "password_file", "/x" }, { "password_env", "SECRET_FLEETING" } },
	  NULL },
	{ "a command, too",
	  { { "password_command", "x" }, { "password_env", "SECRET_FLEETING" } },
	  NULL },
	{ "a shell command, too",
	  { { "passwordeval", "x" }, { "password_env", "SECRET_FLEETING" } },
	  NULL },
	{ "a token command that is not asked",
	  { { "token_command", "x" }, { "password_env", "SECRET_FLEETING" } },
	  "password_env" },
};

/* First of all tests: after a person has typed a password, the answer is always the terminal. */
static void test_fleeting(void)
{
	setenv("SECRET_FLEETING", "secret", 1);
	for (size_t i = 0; i < LENGTH(sources); i++) {
		CLEANUP(settings_done) struct settings settings;
		test_case("fleeting/%s", sources[i].name);
		begin(&settings);
		for (size_t k = 0; k < 2 && sources[i].settings[k][0]; k++)
			set(&settings, sources[i].settings[k][0], sources[i].settings[k][1]);
		EXPECT_TEXT(secret_fleeting(&settings), sources[i].fleeting);
	}
}

static void test_fleeting_descriptor(void)
{
	CLEANUP(settings_done) struct settings settings;
	int writer;

	test_case("fleeting/a descriptor");
	begin(&settings);
	set_descriptor(&settings, give_descriptor("secret\n", &writer));
	EXPECT_TEXT(secret_fleeting(&settings), "password_fd");
	close(writer);

	test_case("fleeting/the terminal");
	set(&settings, "password_fd", "");
	desktop.typed = "typed";
	expect_secret(&settings, "typed");
	EXPECT_TEXT(secret_fleeting(&settings), "the terminal");
}

int main(void)
{
	test_begin("secret");
	test_case("a folder");
	EXPECT(mkdtemp(folder) && chdir(folder) == 0 && setenv("HOME", folder, 1) == 0);
	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("RUNTIME_DIRECTORY");
	unsetenv("XDG_RUNTIME_DIR");
	test_fleeting();
	test_fleeting_descriptor();
	test_order();
	test_token_order();
	test_places();
	test_failures();
	test_failure_ends_search();
	test_descriptor_failures();
	test_modes();
	test_output_in_errors();
	test_deadlines();
	test_deadlines_of_places();
	test_take();
	test_forget();
	test_refresh();
	EXPECT(chdir("/") == 0);
	CLEANUP(mem_free_at) char *command = str_format("rm -rf %s", folder);
	EXPECT(system(command) == 0);
	return test_end();
}
