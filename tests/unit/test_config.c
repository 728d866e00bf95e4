/* test_config.c - config files, and choosing, completing and checking an account */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"
#include "base/fs.h"
#include "conf/config.h"
#include "conf/configfile.h"
#include "conf/credential.h"
#include "conf/secret.h"
#include "conf/selection.h"
#include "conf/settings.h"
#include "conf/usable.h"

#include "test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static char folder[] = "/tmp/mailchute-config-XXXXXX";

/* Everything is relative to the temporary folder, which is the home as well. */
static void write_bytes(const char *name, const char *bytes, size_t len, mode_t mode)
{
	CLEANUP(fs_close_at) int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || !fs_write_all(fd, bytes, len) || fchmod(fd, mode) < 0) {
		perror(name);
		exit(1);
	}
}

static void write_text(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text), 0600);
}

static bool load(struct config *config, const char *user_file, struct err *err)
{
	const struct configfile_places places = { .system_folder = "system",
						  .user_file = user_file };

	config_init(config);
	return configfile_load(config, &places, err);
}

/* Loads a text as the user's file. */
static bool load_text(struct config *config, const char *text, struct err *err)
{
	write_text("user.conf", text);
	return load(config, "user.conf", err);
}

/* "NAME: setting=value ..." for values that are not the default, a line for each account. */
static void describe_settings(const struct settings *settings, struct str *out)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (settings->origins[i].kind == ORIGIN_DEFAULT)
			continue;
		str_addf(out, " %s=", options[i].name);
		settings_print(settings, &options[i], out);
	}
}

static void describe(const struct config *config, struct str *out)
{
	for (size_t i = 0; i < config->count; i++) {
		str_addf(out, "%s%s:", i ? "; " : "", config->accounts[i].name);
		describe_settings(&config->accounts[i].settings, out);
	}
}

/* A file, and its accounts. */
static const struct {
	const char *name, *text, *accounts;
} good[] = {
	{ "an empty file", "", "" },
	{ "comments and blank lines", "# x\n\n  \t# y\n\t\n", "" },
	{ "settings without an account", "host h\nport 25", "default: host=h port=25" },
	{ "CRLF and no last newline", "host h\r\nfrom a@b\r", "default: host=h from=a@b" },
	{ "blanks around", " \thost \t h \t\nport\t25 ", "default: host=h port=25" },
	{ "no trailing comments", "host h # c", "default: host=h # c" },
	{ "outer quotes", "user \"a \"b\" \"\nhost \"h\nfrom \"\"",
	  "default: host=\"h user=a \"b\"  from=" },
	{ "the quotes of a command", "password_command \"a b\"\ntoken-command 'c'  \"d e\" ",
	  "default: password_command=\"a b\" token_command=c \"d e\"" },
	{ "the quotes of a command from eval", "eval echo 'password_command \"a b\"'",
	  "default: password_command=\"a b\"" },
	{ "a lone quote", "user \"", "default: user=\"" },
	{ "a backslash is nothing special", "user a\\\\b\\\"", "default: user=a\\\\b\\\"" },
	{ "dashes", "tls-trust-file x", "default: tls_trust_file=x" },
	{ "a byte order mark", "\xEF\xBB\xBFhost h\nport 1", "default: host=h port=1" },
	{ "the later one wins", "port 1\nport 2", "default: port=2" },
	{ "a value goes back to its default", "user a\nuser", "default: user=" },
	{ "defaults", "defaults\nport 1\naccount a\naccount b\nport 2\ndefaults\ntls\naccount c",
	  "a: port=1; b: port=2; c: port=1 tls=on" },
	{ "an account name with blanks", "account a b\nhost h\naccount \"c d\" ",
	  "a b: host=h; c d:" },
	{ "quotes around each account name",
	  "account \"a\"\nhost h\naccount w\nport 2\naccount default : \"a\", \"w\"",
	  "a: host=h; w: port=2; default: host=h port=2" },
	{ "quotes around some account names",
	  "account a b\nhost h\naccount \"c d\" : \"a b\" ,a b\nport 2",
	  "a b: host=h; c d: host=h port=2" },
	{ "quotes around all account names", "account a\nhost h\naccount \"b : a\"",
	  "a: host=h; b: host=h" },
	{ "a quote in an account name", "account a\"b\nhost h\naccount c : a\"b",
	  "a\"b: host=h; c: host=h" },
	{ "an inherited setting", "account a\nhost h\naccount b:a\nport 2",
	  "a: host=h; b: host=h port=2" },
	{ "several bases, in order",
	  "account a\nhost h\nport 1\naccount b\nhost i\naccount c : a , b",
	  "a: host=h port=1; b: host=i; c: host=i port=1" },
	{ "defaults do not travel",
	  "defaults\nport 1\naccount a\nhost h\ndefaults\nport 2\naccount b : a",
	  "a: host=h port=1; b: host=h port=2" },
	{ "what was inherited travels", "account a\nhost h\naccount b : a\naccount c : b",
	  "a: host=h; b: host=h; c: host=h" },
	{ "a base does not undo its own defaults",
	  "defaults\ntls on\naccount a\ntls off\naccount b : a", "a: tls=off; b: tls=off" },
	{ "old spellings", "keepbcc\ntls_nostarttls",
	  "default: tls_starttls=off remove_bcc_headers=off" },
	{ "eval", "eval echo host h; exit 3\neval printf 'port 25\\r\\nport 26\\n'",
	  "default: host=h port=25" },
	{ "eval with an empty line", "host h\neval echo", "default: host=h" },
	{ "eval of an account", "eval echo account x\nhost h", "x: host=h" },
	{ "eval has no input", "host h\neval cat; echo port 3", "default: host=h port=3" },
	{ "include", "include more/a.conf\nport 2", "one: host=h port=2" },
	{ "include of a folder", "include more", "one: host=h user=b; two:" },
	{ "include by home", "include ~/more/a.conf", "one: host=h" },
	{ "include of an empty folder", "include empty\nhost h", "default: host=h" },
};

static void test_good_files(void)
{
	write_text("more/a.conf", "account one\nhost h\n");
	write_text("more/b.conf", "user b\ninclude nested/c\n");
	write_text("more/nested/c", "account two");
	write_text("more/not.txt", "nonsense");
	write_text("more/.hidden.conf", "nonsense");
	for (size_t i = 0; i < LENGTH(good); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(config_done) struct config config;
		CLEANUP(str_done) struct str found = STR_INIT;

		test_case("%s", good[i].name);
		EXPECT(load_text(&config, good[i].text, &err));
		EXPECT_TEXT(err.text, NULL);
		describe(&config, &found);
		EXPECT_TEXT(found.bytes, good[i].accounts);
	}
}

static const struct {
	const char *name, *text, *error;
	enum err_kind kind;
} bad[] = {
	{ "unknown setting", "host h\nfoo bar", "user.conf:2: there is no setting \"foo\"",
	  ERR_CONFIG },
	{ "upper case", "HOST h", "user.conf:1: there is no setting \"HOST\"", ERR_CONFIG },
	{ "wrong value", "\n#\ntls_starttls yes",
	  "user.conf:3: tls_starttls: expected on or off, not \"yes\"", ERR_CONFIG },
	{ "missing value", "port", "user.conf:1: port: expected a number from 1 to 65535, but",
	  ERR_CONFIG },
	{ "argument of defaults", "defaults x", "user.conf:1: defaults: expected no argument",
	  ERR_CONFIG },
	{ "nameless account", "account", "user.conf:1: account: expected a name", ERR_CONFIG },
	{ "nameless account with a base", "account : a", "account: expected a name", ERR_CONFIG },
	{ "comma in a name", "account a,b", "commas", ERR_CONFIG },
	{ "second of a name", "account a\naccount b\naccount a",
	  ":3: account: \"a\" is already defined", ERR_CONFIG },
	{ "second default", "host h\naccount default", "already defined", ERR_CONFIG },
	{ "unknown base", "account a : b", ":1: account: no account \"b\" is defined above",
	  ERR_CONFIG },
	{ "own base", "account a : a", "no account \"a\" is defined above", ERR_CONFIG },
	{ "colon in a base", "account a : b:c", "\"b:c\"", ERR_CONFIG },
	{ "no base", "account a\naccount b :", ":2: account: expected a name", ERR_CONFIG },
	{ "trailing comma", "account a\naccount b : a,", "expected a name", ERR_CONFIG },
	{ "eval that prints nothing", "eval exit 5",
	  ":1: eval: the command printed nothing and ended "
	  "with status 5",
	  ERR_IO },
	{ "eval without a command", "eval", ":1: eval: expected a command", ERR_CONFIG },
	{ "eval of eval", "eval echo eval echo host h",
	  "user.conf:1: eval: what the command printed does not begin with a setting", ERR_CONFIG },
	{ "eval of a password alone", "host h\neval echo s3cret",
	  "user.conf:2: eval: what the command printed does not begin with a setting", ERR_CONFIG },
	{ "eval with a NUL", "eval printf 'host a\\0b\\n'", "NUL", ERR_CONFIG },
	{ "error out of eval", "host h\neval echo port x", "user.conf:2: port: expected",
	  ERR_CONFIG },
	{ "include of nothing", "include", "include: expected", ERR_CONFIG },
	{ "include of a missing file", "include more/none",
	  "user.conf:1: include: more/none: No such", ERR_CONFIG },
	{ "include of itself", "include user.conf",
	  "user.conf:1: include: user.conf includes itself", ERR_CONFIG },
	{ "include in a circle", "include more/circle",
	  "user.conf:1: more/circle:1: include: more/../user.conf includes itself", ERR_CONFIG },
	{ "error in an included file", "include more/wrong",
	  "user.conf:1: more/wrong:2: tls: expected", ERR_CONFIG },
	{ "a control character",
	  "user a\x01"
	  "b",
	  "user.conf:1: user: expected", ERR_CONFIG },
	{ "a CR within a line", "user a\rb", "user.conf:1: user: expected", ERR_CONFIG },
};

static void test_bad_files(void)
{
	write_text("more/circle", "include ../user.conf");
	write_text("more/wrong", "\ntls maybe");
	for (size_t i = 0; i < LENGTH(bad); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(config_done) struct config config;

		test_case("%s", bad[i].name);
		EXPECT(!load_text(&config, bad[i].text, &err));
		EXPECT_NUMBER(err.kind, bad[i].kind);
		EXPECT_PART(err.text, bad[i].error);
		EXPECT_NUMBER(config.count, 0);
	}
}

static void test_sizes(void)
{
	enum { LINE = 5000, TOO_MUCH = (1 << 20) + 1 };
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;
	CLEANUP(config_done) struct config other;

	test_case("a line of any length");
	str_add(&text, "user ");
	while (text.len < LINE)
		str_add_char(&text, 'x');
	EXPECT(load_text(&config, text.bytes, &err));
	EXPECT(config.count == 1 && strlen(config.accounts[0].settings.user) == LINE - 5);

	test_case("a file over 1 MiB");
	while (text.len < TOO_MUCH)
		str_add_char(&text, 'x');
	EXPECT(!load_text(&other, text.bytes, &err));
	EXPECT_NUMBER(err.kind, ERR_CONFIG);
	EXPECT_PART(err.text, "user.conf: File too large");
}

static void test_nul(void)
{
	static const char text[] = "host h\nuser a\0b\n";
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;

	test_case("a NUL byte in a line");
	write_bytes("user.conf", text, sizeof text - 1, 0600);
	EXPECT(!load(&config, "user.conf", &err));
	EXPECT_TEXT(err.text, "user.conf:2: there is a NUL byte in this line");
}

static void test_depth(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;

	test_case("include is not followed for ever");
	for (int i = 0; i < 12; i++) {
		CLEANUP(mem_free_at) char *name = str_format("deep%d", i);
		CLEANUP(mem_free_at) char *text = str_format("include deep%d", i + 1);
		write_text(name, text);
	}
	EXPECT(!load(&config, "deep0", &err));
	EXPECT_PART(err.text, "more than 8 files deep");
}

static void test_origins(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;
	CLEANUP(str_done) struct str origin = STR_INIT;

	test_case("each value remembers its line");
	write_text("more/origin", "\n\nport 5");
	EXPECT(load_text(&config, "account a\nhost h\ninclude more/origin\naccount b : a", &err));
	const struct account *account = &config.accounts[1];
	origin_print(&account->settings.origins[OPT_host], &origin);
	str_add_char(&origin, ' ');
	origin_print(&account->settings.origins[OPT_port], &origin);
	str_add_char(&origin, ' ');
	origin_print(&account->settings.origins[OPT_tls], &origin);
	EXPECT_TEXT(origin.bytes, "user.conf:2 more/origin:3 default");
}

/* Permissions */

static const struct {
	const char *name;
	const char *text;
	mode_t mode;
	bool is_ours, is_good;
} permissions[] = {
	{ "0600", "password x", 0600, true, true },
	{ "0400", "password x", 0400, true, true },
	{ "0700", "password x", 0700, true, false },
	{ "0640", "password x", 0640, true, false },
	{ "0644", "password x", 0644, true, false },
	{ "0602", "password x", 0602, true, false },
	{ "0644 with an empty password", "password", 0644, true, false },
	{ "0644 without a password", "host h", 0644, true, true },
	{ "0644 with a password in a comment", "# password x", 0644, true, true },
	{ "0644 with a command", "passwordeval echo x", 0644, true, true },
	{ "0644 with a password from eval", "eval echo password x", 0644, true, true },
	{ "0644 of another user", "password x", 0644, false, false },
	{ "0644 that includes a private one", "include private.conf", 0644, true, true },
	{ "0600 that includes a public one", "include public.conf", 0600, true, false },
};

/* Root may read any file, so this is done as another user. */
static void test_permissions(void)
{
	bool is_root = geteuid() == 0;

	write_bytes("private.conf", "password x", 10, 0600);
	write_bytes("public.conf", "password x", 10, 0644);
	for (size_t i = 0; i < LENGTH(permissions); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(config_done) struct config config;
		uid_t owner = permissions[i].is_ours ? NOBODY : 1;

		if (!is_root && !permissions[i].is_ours)
			continue;
		test_case("permissions %s", permissions[i].name);
		write_bytes("user.conf", permissions[i].text, strlen(permissions[i].text),
			    permissions[i].mode);
		if (is_root)
			EXPECT(chown("user.conf", owner, 0) == 0 &&
			       chown("private.conf", NOBODY, 0) == 0 &&
			       chown("public.conf", NOBODY, 0) == 0 && seteuid(NOBODY) == 0);
		bool is_loaded = load(&config, "user.conf", &err);
		EXPECT(!is_root || seteuid(0) == 0);
		EXPECT_NUMBER(is_loaded, permissions[i].is_good);
		EXPECT_NUMBER(err.kind, permissions[i].is_good ? ERR_NONE : ERR_CONFIG);
		unlink("user.conf");
	}
}

static void test_system_warning(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;

	test_case("a system file with a password that all can read");
	write_bytes("system/msmtprc", "host h\npassword x", 17, 0644);
	EXPECT(load(&config, NULL, &err));
	EXPECT_TEXT(config.warnings.bytes,
		    "system/msmtprc:2: everybody can read the password in this file\n");
	unlink("system/msmtprc");
}

static void test_pin_warning(void)
{
	static const struct {
		const char *text;
		unsigned mode;
		const char *warnings;
	} files[] = {
		{ "host h\ntls_key_file pkcs11:x?pin-value=1", 0644,
		  "user.conf:2: everybody can read the PIN in this file\n" },
		{ "host h\ntls_key_file pkcs11:x?pin-value=1", 0640, "" },
		{ "host h\ntls_key_file pkcs11:x?pin-source=f", 0644, "" },
	};

	for (size_t i = 0; i < LENGTH(files); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(config_done) struct config config;

		test_case("a PIN in a file with mode %o: %s", files[i].mode, files[i].text);
		write_bytes("user.conf", files[i].text, strlen(files[i].text), files[i].mode);
		EXPECT(load(&config, "user.conf", &err));
		EXPECT_TEXT(config.warnings.bytes, files[i].warnings);
	}
}

/* Search */

static void expect_accounts(const char *expected)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;
	CLEANUP(str_done) struct str found = STR_INIT;

	EXPECT(load(&config, NULL, &err));
	describe(&config, &found);
	EXPECT_TEXT(found.bytes, expected);
}

static void test_search(void)
{
	test_case("no file at all");
	expect_accounts("");
	test_case("msmtp's files");
	write_text("system/msmtprc", "account sys\nhost sm");
	write_text(".config/msmtp/config", "host um2");
	expect_accounts("sys: host=sm; default: host=um2");
	test_case("~/.msmtprc before the other");
	write_text(".msmtprc", "host um1");
	expect_accounts("sys: host=sm; default: host=um1");
	test_case("our files before msmtp's");
	write_text("system/mailchuterc", "account sys\nhost so");
	write_text(".config/mailchute/config", "host uo2");
	expect_accounts("sys: host=so; default: host=uo2");
	test_case("~/.mailchuterc before the other");
	write_text(".mailchuterc", "host uo1");
	expect_accounts("sys: host=so; default: host=uo1");
	test_case("$XDG_CONFIG_HOME");
	unlink(".mailchuterc");
	write_text("xdg/mailchute/config", "host xdg");
	setenv("XDG_CONFIG_HOME", "xdg", 1);
	expect_accounts("sys: host=so; default: host=xdg");
	unsetenv("XDG_CONFIG_HOME");
	test_case("the user's account replaces the system's");
	write_text(".mailchuterc", "account a\nhost a\naccount sys\nport 9");
	write_text("system/mailchuterc", "account sys\nhost so\naccount other\nhost oo");
	expect_accounts("other: host=oo; a: host=a; sys: port=9");
	test_case("the system's defaults stay there");
	write_text("system/mailchuterc", "defaults\ntls on\naccount s");
	write_text(".mailchuterc", "account u");
	expect_accounts("s: tls=on; u:");
}

static void test_missing_file(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;
	CLEANUP(config_done) struct config other;

	test_case("a named file that is missing");
	EXPECT(!load(&config, "none", &err));
	EXPECT_NUMBER(err.kind, ERR_IO);
	EXPECT_TEXT(err.text, "none: No such file or directory");
	test_case("a named file that is a folder");
	EXPECT(!load(&other, "more", &err));
	EXPECT_NUMBER(err.kind, ERR_IO);
}

static void test_notes(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;

	test_case("what was read is noted");
	unlink("system/mailchuterc");
	unlink("system/msmtprc");
	write_text("user.conf", "");
	EXPECT(load(&config, "user.conf", &err));
	EXPECT_TEXT(
		config.notes.bytes,
		"ignoring system configuration file system/mailchuterc: No such file or directory\n"
		"ignoring system configuration file system/msmtprc: No such file or directory\n"
		"loaded user configuration file user.conf\n");
}

/* Choice. The words of a wish are settings of the command line. */

static const char choice[] =
	"account plain\nhost h1\nfrom me@example.org\n"
	"account tagged\nhost h2\nfrom other+tag@example.org\n"
	"account pattern\nhost h3\nfrom *@Work.example\n"
	"account fixed\nhost h4\nfrom fixed@example.net\nallow_from_override off\n"
	"account null\nhost h5\nfrom \"\"\n"
	"account user\nhost h6\nfrom %U@example.org\n"
	"account default\nhost h0\nfrom root@example.org\n";

static const struct {
	const char *account, *from, *port;
	const char *result;
} choices[] = {
	{ NULL, NULL, NULL, "default host=h0 from=root@example.org" },
	{ "plain", NULL, NULL, "plain host=h1 from=me@example.org" },
	{ "plain", "x@y", "7", "plain host=h1 port=7 from=x@y" },
	{ NULL, "me@example.org", NULL, "plain host=h1 from=me@example.org" },
	{ NULL, "ME@Example.ORG", NULL, "plain host=h1 from=ME@Example.ORG" },
	{ NULL, "me+detail@example.org", NULL, "plain host=h1 from=me+detail@example.org" },
	{ NULL, "me+@example.org", NULL, "plain host=h1 from=me+@example.org" },
	{ NULL, "other+tag@example.org", NULL, "tagged host=h2 from=other+tag@example.org" },
	{ NULL, "other+x@example.org", NULL, "default host=h0 from=other+x@example.org" },
	{ NULL, "a@Work.example", NULL, "pattern host=h3 from=a@Work.example" },
	{ NULL, "a@work.example", NULL, "default host=h0 from=a@work.example" },
	{ NULL, "fixed@example.net", NULL, "fixed host=h4 from=fixed@example.net" },
	{ NULL, "FIXED@example.net", NULL, "fixed host=h4 from=fixed@example.net" },
	{ "fixed", "x@y", NULL, "fixed host=h4 from=fixed@example.net" },
	{ NULL, "", NULL, "null host=h5 from=" },
	{ NULL, "<>", NULL, "null host=h5 from=" },
	{ NULL, "%U@example.org", NULL, "user host=h6 from=%U@example.org" },
	{ NULL, "nobody@nowhere", NULL, "default host=h0 from=nobody@nowhere" },
	{ "none", NULL, NULL,
	  "account none: not found in user.conf; the accounts are: plain, tagged, pattern, fixed, "
	  "null, user, default" },
};

static void wish_for(struct settings *settings, const char *name, const char *text)
{
	const struct origin origin = { .kind = ORIGIN_COMMAND_LINE };
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (text)
		EXPECT(settings_set_named(settings, name, text, &origin, &err));
}

/* Chooses and describes the account, or the error. */
static void choose(const struct config *config, const struct selection *wish, struct str *out)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(account_done) struct account account = { 0 };

	if (!selection_choose(config, wish, &account, &err)) {
		EXPECT_NUMBER(err.kind, ERR_CONFIG);
		str_add(out, err.text);
		return;
	}
	str_add(out, account.name ? account.name : "(none)");
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (i == OPT_allow_from_override)
			account.settings.origins[i].kind = ORIGIN_DEFAULT;
	describe_settings(&account.settings, out);
}

static void test_choice(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;

	test_case("config for the choice");
	EXPECT(load_text(&config, choice, &err));
	for (size_t i = 0; i < LENGTH(choices); i++) {
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(str_done) struct str found = STR_INIT;

		test_case("choose -a %s -f %s", choices[i].account ? choices[i].account : "(none)",
			  choices[i].from ? choices[i].from : "(none)");
		settings_init(&settings);
		wish_for(&settings, "from", choices[i].from);
		wish_for(&settings, "port", choices[i].port);
		choose(&config, &(struct selection){ choices[i].account, &settings, true }, &found);
		EXPECT_TEXT(found.bytes, choices[i].result);
	}
}

#define NO_FILE                                                                                    \
	"account default: no config file was found; write ~/.mailchuterc, as mailchute.conf(5) "   \
	"shows"

static const struct {
	const char *name, *server, *email, *from, *host;
	bool is_mail;
	const char *result;
} environments[] = {
	{ "both", "s", "a@b", NULL, NULL, true, "(none) host=s from=a@b" },
	{ "server only", "s", NULL, NULL, NULL, true, NO_FILE },
	{ "server only, without a message", "s", NULL, NULL, NULL, false, "(none) host=s" },
	{ "server and -f", "s", NULL, "x@y", NULL, true, "(none) host=s from=x@y" },
	{ "-f beats $EMAIL", "s", "a@b", "x@y", NULL, true, "(none) host=s from=x@y" },
	{ "--host", NULL, NULL, NULL, "h", true, "(none) host=h" },
	{ "--host beats the environment", "s", "a@b", NULL, "h", true, "(none) host=h" },
	{ "empty server", "", "a@b", NULL, NULL, true, NO_FILE },
	{ "injection", "s\r\nx", "a@b", NULL, NULL, true,
	  "$SMTPSERVER: host: expected a text without control characters, not \"s?\\nx\"; there is "
	  "U+000D (carriage return) in it" },
};

static void set_environment(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void test_environment(void)
{
	for (size_t i = 0; i < LENGTH(environments); i++) {
		CLEANUP(config_done) struct config config;
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(str_done) struct str found = STR_INIT;

		test_case("environment: %s", environments[i].name);
		config_init(&config);
		settings_init(&settings);
		set_environment("SMTPSERVER", environments[i].server);
		set_environment("EMAIL", environments[i].email);
		wish_for(&settings, "from", environments[i].from);
		wish_for(&settings, "host", environments[i].host);
		choose(&config, &(struct selection){ NULL, &settings, environments[i].is_mail },
		       &found);
		EXPECT_TEXT(found.bytes, environments[i].result);
	}
	unsetenv("SMTPSERVER");
	unsetenv("EMAIL");
}

/* Completion and check: the settings of an account, and the result or the error. */

static const struct {
	const char *name, *text;
	bool is_mail;
	const char *port_domain_from;
	const char *error;
} completed[] = {
	{ "default port", "host h\nfrom a@b", true, "25 localhost a@b", NULL },
	{ "port with TLS", "host h\nfrom a@b\ntls", true, "25 localhost a@b", NULL },
	{ "port with TLS at once", "host h\nfrom a@b\ntls\ntls_starttls off", true,
	  "465 localhost a@b", NULL },
	{ "port without TLS", "host h\nfrom a@b\ntls_starttls off", true, "25 localhost a@b",
	  NULL },
	{ "port with LMTP", "host h\nfrom a@b\nprotocol lmtp", true, "0 localhost a@b", "port" },
	{ "LMTP on a socket", "socket s\nfrom a@b\nprotocol lmtp", true, "0 localhost a@b", NULL },
	{ "%U and %H", "host h\nfrom %U@%H\ndomain %H.%U", true, "25 box.%U me@box", NULL },
	{ "%M", "host h\nfrom x@%M\ndomain %M", true, "25 mail.name x@mail.name", NULL },
	{ "%F", "host h\nfrom %F", true, "25 localhost writer@example.org", NULL },
	{ "other %", "host h\nfrom a%b%@x", true, "25 localhost a%b%@x", NULL },
	{ "auto_from", "host h\nfrom a@b\nauto_from\nmaildomain d", true, "25 localhost me@d",
	  NULL },
	{ "auto_from alone", "host h\nauto_from", true, "25 localhost me", NULL },
	{ "no sender", "host h", true, "25 localhost -", "from: required" },
	{ "no sender, no message", "host h", false, "25 localhost -", NULL },
	{ "null sender", "host h\nfrom", true, "25 localhost ", NULL },
	{ "a pattern as sender", "host h\nfrom *@x", true, "25 localhost *@x",
	  "from: is a pattern" },
	{ "no relay", "from a@b", true, "25 localhost a@b", "host: required" },
	{ "a comment behind the host", "host h # x\nfrom a@b", true, "25 localhost a@b", "blank" },
	{ "key without certificate", "host h\nfrom a@b\ntls_key_file k", true, "25 localhost a@b",
	  "tls_key_file and tls_cert_file" },
	{ "certificate without key", "host h\nfrom a@b\ntls_cert_file k", true, "25 localhost a@b",
	  "tls_key_file and tls_cert_file" },
	{ "no trust", "host h\nfrom a@b\ntls\ntls_trust_file", true, "25 localhost a@b",
	  "tls: needs tls_trust_file, tls_pin or tls_fingerprint" },
	{ "no trust, no check", "host h\nfrom a@b\ntls\ntls_trust_file\ntls_certcheck off", true,
	  "25 localhost a@b", NULL },
	{ "no trust, but a fingerprint",
	  "host h\nfrom a@b\ntls\ntls_trust_file\n"
	  "tls_fingerprint 00112233445566778899aabbccddeeff",
	  true, "25 localhost a@b", NULL },
	{ "no trust, but a pin",
	  "host h\nfrom a@b\ntls\ntls_trust_file\n"
	  "tls_pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	  true, "25 localhost a@b", NULL },
	{ "a pin, but no check",
	  "host h\nfrom a@b\ntls\ntls_certcheck off\n"
	  "tls_pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	  true, "25 localhost a@b", "tls_pin: nothing is checked with tls_certcheck off" },
	{ "revocation without trust", "host h\nfrom a@b\ntls\ntls_trust_file\ntls_crl_file c", true,
	  "25 localhost a@b", "tls_crl_file: needs" },
	{ "TLS over a socket", "socket s\nfrom a@b\ntls", true, "25 localhost a@b",
	  "tls: needs the" },
	{ "TLS over a socket by name", "socket s\nfrom a@b\ntls\ntls_host_override n", true,
	  "25 localhost a@b", NULL },
	{ "port by SRV", "host h\nfrom a@b\nhost_srv\ntls", true, "0 localhost a@b", NULL },
	{ "port of our own by SRV", "host h\nfrom a@b\nhost_srv\ntls\nport 26", true,
	  "26 localhost a@b", NULL },
	{ "SRV without TLS", "host h\nfrom a@b\nhost_srv", true, "0 localhost a@b",
	  "host_srv: needs tls and tls_certcheck" },
	{ "SRV for anybody", "host h\nfrom a@b\nhost_srv\ntls\ntls_certcheck off", true,
	  "0 localhost a@b", "host_srv: needs tls and tls_certcheck" },
	{ "SRV for LMTP", "host h\nfrom a@b\nhost_srv\ntls\nprotocol lmtp", true, "0 localhost a@b",
	  "host_srv: there are no such records for LMTP" },
	{ "SRV and other hosts", "host h\nfrom a@b\nhost_srv\ntls\nhost_fallback b", true,
	  "0 localhost a@b", "host_srv and host_fallback" },
	{ "a socket goes before SRV", "socket s\nfrom a@b\nhost_srv", true, "0 localhost a@b",
	  NULL },
};

static void test_completion(void)
{
	const struct expansion expansion = { "system", "writer@example.org", false };

	write_text("system/mailname", "mail.name\r\nmore\n");
	for (size_t i = 0; i < LENGTH(completed); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(config_done) struct config config;
		CLEANUP(settings_done) struct settings none;
		CLEANUP(account_done) struct account account = { 0 };

		test_case("complete and check: %s", completed[i].name);
		settings_init(&none);
		EXPECT(load_text(&config, completed[i].text, &err));
		EXPECT(selection_choose(&config, &(struct selection){ NULL, &none, true }, &account,
					&err));
		EXPECT(account_complete(&account, &expansion, &err));
		const struct settings *s = &account.settings;
		CLEANUP(mem_free_at)
		char *found = str_format("%d %s %s", s->port, s->domain, s->from ? s->from : "-");
		EXPECT_TEXT(found, completed[i].port_domain_from);
		bool is_good = usable_check(&account, completed[i].is_mail, &err);
		EXPECT(is_good == !completed[i].error);
		if (completed[i].error)
			EXPECT_PART(err.text, completed[i].error);
		EXPECT_NUMBER(err.kind, completed[i].error ? ERR_CONFIG : ERR_NONE);
	}
}

/* An account with `from`, completed for a message without a From field. */
static bool complete_from(const char *from, const char *system_folder, struct account *account,
			  struct config *config, struct err *err)
{
	const struct expansion expansion = { .system_folder = system_folder };
	CLEANUP(mem_free_at) char *text = str_format("host h\nfrom %s", from);
	CLEANUP(settings_done) struct settings none;

	settings_init(&none);
	return load_text(config, text, err) &&
	       selection_choose(config, &(struct selection){ NULL, &none, true }, account, err) &&
	       account_complete(account, &expansion, err);
}

static void test_expansion_errors(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;
	CLEANUP(config_done) struct config other;
	CLEANUP(account_done) struct account account = { 0 };
	CLEANUP(account_done) struct account nobody = { 0 };

	test_case("%%M without a mail name");
	EXPECT(!complete_from("x@%M", "empty", &account, &config, &err));
	EXPECT_NUMBER(err.kind, ERR_CONFIG);
	EXPECT_TEXT(err.text, "from: %M: cannot read empty/mailname: No such file or directory");
	test_case("%%F without a From field is never sent");
	EXPECT(complete_from("%F", "system", &nobody, &other, &err));
	EXPECT(!usable_check(&nobody, true, &err));
	EXPECT_TEXT(err.text, "account default from user.conf: from: the message has no From field "
			      "from which %F could be taken");
}

static void test_control_characters(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(config_done) struct config config;
	CLEANUP(account_done) struct account account = { 0 };

	test_case("control characters in what is put in");
	setenv("USER", "a>\r\nRCPT TO:<b", 1);
	EXPECT(complete_from("%U@x", "system", &account, &config, &err));
	EXPECT_TEXT(account.settings.from, "a>??RCPT TO:<b@x");
	setenv("USER", "me", 1);
}

/* Credentials in clear text */

static const struct {
	const char *text;
	bool may_send;
} clear[] = {
	{ "host h\nauth", false },
	{ "host h\nauth plain", false },
	{ "host h\nauth\ntls off", false },
	{ "host h\nauth plain\ntls off", true },
	{ "host h\nauth plain\ntls on", true },
	{ "socket s\nauth", true },
	{ "host localhost\nauth", true },
	{ "host LOCALHOST\nauth", true },
	{ "host localhost.\nauth", true },
	{ "host Mail.Localhost\nauth", true },
	{ "host a.b.localhost.\nauth", true },
	{ "host notlocalhost\nauth", false },
	{ "host localhost.example\nauth", false },
	{ "host 127.0.0.1\nauth", true },
	{ "host 127.9.9.9\nauth", true },
	{ "host 128.0.0.1\nauth", false },
	{ "host 127.0.0.1.example\nauth", false },
	{ "host ::1\nauth", true },
	{ "host [::1]\nauth", true },
	{ "host ::2\nauth", false },
	{ "host ::ffff:10.0.0.1\nauth", false },
	{ "host localhost\nhost_fallback 127.0.0.2:26, [::1]\nauth", true },
	{ "host localhost\nhost_fallback [::1] mx.example\nauth", false },
	{ "host localhost\nproxy_host localhost\nauth", false },
};

static void test_credentials(void)
{
	for (size_t i = 0; i < LENGTH(clear); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(config_done) struct config config;

		test_case("credentials: %s", clear[i].text);
		EXPECT(load_text(&config, clear[i].text, &err));
		EXPECT_NUMBER(credential_may_be_sent(&config.accounts[0].settings),
			      clear[i].may_send);
	}
}

/* Passwords */

static const struct {
	const char *text, *password, *error;
	enum err_kind kind;
} secrets[] = {
	{ "password a#b \"c\": d", "a#b \"c\": d", NULL, ERR_NONE },
	{ "password \"\"\npasswordeval echo q", "q", NULL, ERR_NONE },
	{ "password p\npasswordeval echo q", "p", NULL, ERR_NONE },
	{ "passwordeval echo q; echo r", "q", NULL, ERR_NONE },
	{ "passwordeval printf 'q\\r\\n'", "q", NULL, ERR_NONE },
	{ "passwordeval printf ' q '", " q ", NULL, ERR_NONE },
	{ "passwordeval cat; echo q", "q", NULL, ERR_NONE },
	{ "passwordeval echo q; false", NULL, "passwordeval: the command ended with status 1",
	  ERR_CONFIG },
	{ "passwordeval echo", NULL, "passwordeval: the command printed no password", ERR_CONFIG },
	{ "passwordeval true", NULL, "passwordeval: the command printed no password", ERR_CONFIG },
	{ "passwordeval printf 'a\\0b\\n'", NULL, "NUL", ERR_CONFIG },
	{ "passwordeval sleep 60", NULL, "passwordeval: ", ERR_CONFIG },
	{ "passwordeval cat /dev/zero", NULL, "passwordeval: ", ERR_CONFIG },
	{ "user me", NULL,
	  "no password for user me at (not set): set one of password, password_file, ", ERR_AUTH },
	{ "host h", NULL, "no password", ERR_AUTH },
};

static void test_secrets(void)
{
	for (size_t i = 0; i < LENGTH(secrets); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(config_done) struct config config;
		CLEANUP(credential_done) struct credential found = { 0 };

		test_case("secret: %s", secrets[i].text);
		EXPECT(load_text(&config, secrets[i].text, &err));
		bool is_found = secret_find(&config.accounts[0].settings, false, clock_after(2),
					    &found, &err);
		EXPECT_NUMBER(is_found, secrets[i].kind == ERR_NONE);
		EXPECT_NUMBER(err.kind, secrets[i].kind);
		EXPECT_TEXT(found.secret.bytes, secrets[i].password);
		if (secrets[i].error)
			EXPECT_PART(err.text, secrets[i].error);
	}
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status, (void)kind, (void)place;
	return remove(path);
}

static void set_up(void)
{
	static const char *const folders[] = {
		"system", "more",          "more/nested",       "empty",         ".config",
		"xdg",    ".config/msmtp", ".config/mailchute", "xdg/mailchute",
	};

	if (!mkdtemp(folder) || chmod(folder, 0755) < 0 || chdir(folder) < 0)
		exit(1);
	for (size_t i = 0; i < LENGTH(folders); i++)
		if (mkdir(folders[i], 0755) < 0)
			exit(1);
	setenv("HOME", folder, 1);
	setenv("USER", "me", 1);
	setenv("HOSTNAME", "box", 1);
	unsetenv("XDG_CONFIG_HOME");
}

int main(void)
{
	test_begin("config");
	set_up();
	test_good_files();
	test_bad_files();
	test_sizes();
	test_nul();
	test_depth();
	test_origins();
	test_permissions();
	test_system_warning();
	test_pin_warning();
	test_search();
	test_missing_file();
	test_notes();
	test_choice();
	test_environment();
	test_completion();
	test_expansion_errors();
	test_control_characters();
	test_credentials();
	test_secrets();
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return test_end();
}
