/* test_option.c - the table of the settings: parsing, printing, copying, old spellings */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/settings.h"

#include "test.h"

#include <stdlib.h>

static const struct origin origin = { .kind = ORIGIN_COMMAND_LINE };

/* Two pins in their forms. */
#define PIN_1_BASE64 "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="
#define PIN_1        "pin-sha256:" PIN_1_BASE64
#define PIN_1_HEX                                                                                  \
	"00112233445566778899aabbccddeeff"                                                         \
	"00112233445566778899AABBCCDDEEFF"
#define PIN_2 "pin-sha256://79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA="
#define PIN_2_COLONS                                                                               \
	"ff:fe:fd:fc:fb:fa:f9:f8:f7:f6:f5:f4:f3:f2:f1:f0:"                                         \
	"ef:ee:ed:ec:eb:ea:e9:e8:e7:e6:e5:e4:e3:e2:e1:e0"

/* Value in, as a config file says it; value out, and as --pretend shows it. */
static const struct {
	const char *name, *text, *printed, *shown;
} good[] = {
	{ "host", "mail.example.org", "mail.example.org", "mail.example.org" },
	{ "host", "a b # c", "a b # c", "a b # c" },
	{ "port", "587", "587", "587" },
	{ "port", "0x19", "25", "25" },
	{ "port", "010", "8", "8" },
	{ "port", "65535", "65535", "65535" },
	{ "proxy_port", "", "", "0" },
	{ "timeout", "1", "1", "1 second" },
	{ "timeout", "90", "90", "90 seconds" },
	{ "timeout", "off", "off", "off" },
	{ "protocol", "lmtp", "lmtp", "lmtp" },
	{ "domain", "", "", "" },
	{ "domain", "mx.example", "mx.example", "mx.example" },
	{ "auth", "", "on", "choose" },
	{ "auth", "on", "on", "choose" },
	{ "auth", "off", "off", "none" },
	{ "auth", "scram-sha-256", "scram-sha-256", "SCRAM-SHA-256" },
	{ "auth", "Plain", "plain", "PLAIN" },
	{ "user", "me @ home", "me @ home", "me @ home" },
	{ "user", "", "", "(not set)" },
	{ "password", "secret", "*", "*" },
	{ "password", "", "", "(not set)" },
	{ "passwordeval", "pass show \"x\"", "pass show \"x\"", "pass show \"x\"" },
	{ "tls", "", "on", "on" },
	{ "tls", "off", "off", "off" },
	{ "tls-starttls", "off", "off", "off" },
	{ "tls_trust_file", "", "", "(not set)" },
	{ "tls_trust_file", "/etc/ca.pem", "/etc/ca.pem", "/etc/ca.pem" },
	{ "tls_crl_file", "~/x", "/proc/self/x", "/proc/self/x" },
	{ "tls_key_file", "~/x", "/proc/self/x", "/proc/self/x" },
	{ "tls_key_file", "", "", "(not set)" },
	{ "tls_key_file", "pkcs11:token=~;object=b", "pkcs11:token=~;object=b",
	  "pkcs11:token=~;object=b" },
	{ "tls_cert_file", "pkcs11:token=a?pin-value=1234", "pkcs11:token=a", "pkcs11:token=a" },
	{ "socket", "~/x", "~/x", "~/x" },
	{ "logfile", "-", "-", "-" },
	{ "logfile", "", "", "(not set)" },
	{ "tls_fingerprint", "00112233445566778899aabbccddeeff",
	  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
	  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF" },
	{ "tls_fingerprint", "00 11:22 33 44 55 66 77 88 99 aa bb cc dd ee ff 00 11 22 33",
	  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33",
	  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33" },
	{ "tls_fingerprint", "", "", "(not set)" },
	{ "ignore_extensions", "CHUNKING", "CHUNKING", "CHUNKING" },
	{ "ignore_extensions", "chunking, X-EXPS size", "chunking, X-EXPS size",
	  "chunking, X-EXPS size" },
	{ "ignore_extensions", "", "", "(not set)" },
	{ "tls_pin", PIN_1, PIN_1, PIN_1 },
	{ "tls_pin", "sha256//" PIN_1_BASE64, PIN_1, PIN_1 },
	{ "tls_pin", "PIN-SHA256:" PIN_1_BASE64, PIN_1, PIN_1 },
	{ "tls_pin", PIN_1_HEX, PIN_1, PIN_1 },
	{ "tls_pin", "sha256:" PIN_1_HEX, PIN_1, PIN_1 },
	{ "tls_pin", "sha256:" PIN_2_COLONS, PIN_2, PIN_2 },
	{ "tls_pin", PIN_1 " " PIN_2, PIN_1 " " PIN_2, PIN_1 " " PIN_2 },
	{ "tls_pin", ", " PIN_1_HEX ",\t" PIN_2_COLONS " ", PIN_1 " " PIN_2, PIN_1 " " PIN_2 },
	{ "tls_pin", "sha256//" PIN_1_BASE64 ";sha256//" PIN_1_BASE64, PIN_1 " " PIN_1,
	  PIN_1 " " PIN_1 },
	{ "tls_pin", "", "", "(not set)" },
	{ "tls_min_dh_prime_bits", "1024", "1024", "1024" },
	{ "from", "<>", "", "" },
	{ "from", "", "", "" },
	{ "from", "<a@b.example>", "a@b.example", "a@b.example" },
	{ "from", "Alice <a@b.example>", "a@b.example", "a@b.example" },
	{ "from", "a@b.example <a@c.example", "a@b.example <a@c.example",
	  "a@b.example <a@c.example" },
	{ "from", "\"a b\"@c.example", "\"a b\"@c.example", "\"a b\"@c.example" },
	{ "set_from_header", "", "auto", "auto" },
	{ "set_from_header", "on", "on", "on" },
	{ "set_date_header", "off", "off", "off" },
	{ "set_to_header", "", "on", "on" },
	{ "set_to_header", "undisclosed_recipients", "undisclosed_recipients",
	  "undisclosed_recipients" },
	{ "add_header", "X-A: b", "X-A: b", "X-A: b" },
	{ "remove_header", "X-A", "X-A", "X-A" },
	{ "dsn_notify", "failure, DELAY", "failure,delay", "FAILURE,DELAY" },
	{ "dsn_notify", "never", "never", "NEVER" },
	{ "dsn_notify", "off", "off", "(not set)" },
	{ "dsn_return", "full", "full", "FULL" },
	{ "dsn_return", "hdrs", "headers", "HDRS" },
	{ "dsn_return", "off", "off", "(not set)" },
	{ "syslog", "", "LOG_USER", "LOG_USER" },
	{ "syslog", "LOG_LOCAL7", "LOG_LOCAL7", "LOG_LOCAL7" },
	{ "syslog", "off", "off", "(not set)" },
	{ "queue", "always", "always", "always" },
	{ "password_file", "~/x", "/proc/self/x", "/proc/self/x" },
	{ "password_file", "x", "x", "x" },
	{ "password_fd", "3", "3", "3" },
	{ "password_fd", "", "", "(not set)" },
	{ "password_env", "MAIL_PASSWORD", "MAIL_PASSWORD", "MAIL_PASSWORD" },
	{ "password_command", "pass show 'my mail'", "pass show \"my mail\"",
	  "pass show \"my mail\"" },
	{ "password_command", "\"a b\"", "\"a b\"", "\"a b\"" },
	{ "password_command", "", "", "(not set)" },
	{ "token-command", "a ''", "a \"\"", "a \"\"" },
};

/* As in a record of the queue, the only place with lists in one text. */
static void test_good_values(void)
{
	static const struct origin queue = { .kind = ORIGIN_QUEUE };

	for (size_t i = 0; i < LENGTH(good); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(str_done) struct str printed = STR_INIT;
		CLEANUP(str_done) struct str shown = STR_INIT;

		test_case("%s '%s'", good[i].name, good[i].text);
		settings_init(&settings);
		EXPECT(settings_set_named(&settings, good[i].name, good[i].text, &queue, &err));
		EXPECT_TEXT(err.text, NULL);
		settings_print(&settings, option_find(good[i].name), &printed);
		settings_show(&settings, option_find(good[i].name), &shown);
		EXPECT_TEXT(printed.bytes, good[i].printed);
		EXPECT_TEXT(shown.bytes, good[i].shown);
	}
}

static const struct {
	const char *name, *text, *error;
} bad[] = {
	{ "host", "", "host: expected a text without control characters, but nothing follows" },
	{ "host", "a\rb", "host: expected a text without control characters, not \"a?b\"" },
	{ "user", "a\nb", "not \"a\\nb\"" },
	{ "from", "a@b>\r\nRCPT TO:<c@d", "from: expected an address without control characters" },
	{ "domain", "a b", "domain: expected a name without blanks and control characters" },
	{ "password_fd", "2", "password_fd: expected the number of an open descriptor, 3 or" },
	{ "password_fd", "-1", "3 or greater" },
	{ "password_env", "A B", "password_env: expected a name without blanks" },
	{ "password_command", "a \"b", "password_command: expected a program and its arguments" },
	{ "password_command", "  ", "password_command: expected a program" },
	{ "port", "0", "port: expected a number from 1 to 65535, not \"0\"" },
	{ "port", "65536", "65535" },
	{ "port", "25x", "65535" },
	{ "port", "-1", "65535" },
	{ "port", "+1", "65535" },
	{ "port", "", "but nothing follows" },
	{ "port", "99999999999999999999999", "65535" },
	{ "timeout", "0", "timeout: expected a number of seconds greater than 0, or off" },
	{ "timeout", "2147483648", "timeout: expected" },
	{ "timeout", "", "timeout: expected" },
	{ "tls", "yes", "tls: expected on or off, not \"yes\"" },
	{ "tls", "On", "tls: expected on or off, not \"On\"" },
	{ "allow_from_override", "",
	  "allow_from_override: expected on or off, but nothing follows" },
	{ "protocol", "esmtp", "protocol: expected smtp or lmtp, not \"esmtp\"" },
	{ "add_header", "X-A", "add_header: expected a header field, NAME: TEXT, not \"X-A\"" },
	{ "add_header", "X A: b", "expected a header field" },
	{ "add_header", ": b", "expected a header field" },
	{ "add_header", "X-A:b\nC:", "not \"X-A:b\\nC:\"" },
	{ "add_header", "X: b\rc", "expected a header field" },
	{ "set_header", "X: b\n", "expected a header field" },
	{ "add_header", "X-A: b\nC: d",
	  "expected a header field, NAME: TEXT, not \"X-A: b\\nC: d\"" },
	{ "remove_header", "X-A\nX-B", "expected the name of a header field" },
	{ "remove_header", "X:", "expected the name of a header field" },
	{ "set_to_header", "x",
	  "expected on, off, undisclosed_recipients, qualify or aliases, not \"x\"" },
	{ "auth", "plane", "auth: expected on, off, or the name of an authentication method" },
	{ "dsn_notify", "failure,", "dsn_notify: expected off, never, or a list of" },
	{ "dsn_notify", "delaysuccess,", "dsn_notify: expected" },
	{ "dsn_notify", "", "dsn_notify: expected" },
	{ "dsn_return", "some", "dsn_return: expected off, headers or full, not \"some\"" },
	{ "syslog", "LOG_KERN", "syslog: expected on, off, LOG_USER" },
	{ "tls_fingerprint", "00:11", "tls_fingerprint: expected a fingerprint" },
	{ "tls_fingerprint", "00112233445566778899aabbccddeef", "tls_fingerprint: expected" },
	{ "tls_fingerprint", "00112233445566778899aabbccddeeff:", "tls_fingerprint: expected" },
	{ "ignore_extensions", "CHUNKNG", "ignore_extensions: expected extensions of SMTP" },
	{ "ignore_extensions", "CHUNKING;SIZE", "ignore_extensions: expected extensions of SMTP" },
	{ "ignore_extensions", ",", "ignore_extensions: expected extensions of SMTP" },
	{ "ignore_extensions", "X", "ignore_extensions: expected extensions of SMTP" },
	{ "ignore_extensions", "X-A\"", "ignore_extensions: expected extensions of SMTP" },
	{ "tls_pin", " ", "tls_pin: expected pins such as pin-sha256:BASE64" },
	{ "tls_pin", ",", "tls_pin: expected" },
	{ "tls_pin", PIN_1_BASE64, "tls_pin: expected" },
	{ "tls_pin", PIN_1 " x", "tls_pin: expected" },
	{ "tls_pin", PIN_1 PIN_1, "tls_pin: expected" },
	{ "tls_pin", "pin-sha256:", "tls_pin: expected" },
	{ "tls_pin", "sha256:", "tls_pin: expected" },
	{ "tls_pin", "pin-sha256:" PIN_1_HEX, "tls_pin: expected" },
	{ "tls_pin", "pin-sha256:AAAA", "tls_pin: expected" },
	{ "tls_pin", "pin-sha256:ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8",
	  "tls_pin: expected" },
	{ "tls_pin", "pin-sha256:ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8A",
	  "tls_pin: expected" },
	{ "tls_pin",
	  "pin-sha256:ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v9=", "tls_pin: expected" },
	{ "tls_pin", "pin-sha1:ABEiM0RVZneImaq7zN3u/wARIjM=", "tls_pin: expected" },
	{ "tls_pin", PIN_1_HEX "0", "tls_pin: expected" },
	{ "tls_pin", PIN_2_COLONS ":", "tls_pin: expected" },
	{ "tls_pin", "0011223344556677", "tls_pin: expected" },
	{ "keepbcc", "yes", "keepbcc: expected on or off, not \"yes\"" },
	{ "tls_nocertcheck", "x", "tls_nocertcheck: expected no argument, not \"x\"" },
	{ "tls_startls", "on",
	  "there is no setting \"tls_startls\"; did you mean tls_starttls? (mailchute.conf(5)" },
	{ "xyzzy", "on", "there is no setting \"xyzzy\" (mailchute.conf(5) has all of them)" },
	{ "tls", "yes", "tls: expected on or off, not \"yes\"; write: on" },
	{ "port", "smtps", "port: expected a number from 1 to 65535, not \"smtps\"; write: 465" },
	{ "auth", "plian", "not \"plian\"; write: plain; there are scram-sha-256-plus, " },
	{ "protocol", "lmpt", "protocol: expected smtp or lmtp, not \"lmpt\"; write: lmtp" },
	{ "syslog", "LOG_LOCAL9", "not \"LOG_LOCAL9\"; write: LOG_LOCAL0" },
	{ "queue", "alwyas", "queue: expected auto, always or off, not \"alwyas\"; write: always" },
	{ "t\x1bls", "on", "there is U+001B (control character) in or after \"t\"; delete it" },
	{ "", "", "there is no setting \"\"" },
};

static void test_bad_values(void)
{
	for (size_t i = 0; i < LENGTH(bad); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(settings_done) struct settings settings;
		const struct option *option = option_find(bad[i].name);

		test_case("refuse %s '%s'", bad[i].name, bad[i].text);
		settings_init(&settings);
		EXPECT(!settings_set_named(&settings, bad[i].name, bad[i].text, &origin, &err));
		EXPECT_NUMBER(err.kind, ERR_CONFIG);
		EXPECT_PART(err.text, bad[i].error);
		EXPECT(!option || !settings_is_explicit(&settings, option_id(option)));
	}
}

/* Old spellings: the setting and its value. */
static const struct {
	const char *old, *text, *name, *printed;
} old[] = {
	{ "connect_timeout", "7", "timeout", "7" },
	{ "keepbcc", "", "remove_bcc_headers", "off" },
	{ "keepbcc", "on", "remove_bcc_headers", "off" },
	{ "keepbcc", "off", "remove_bcc_headers", "on" },
	{ "undisclosed_recipients", "", "set_to_header", "undisclosed_recipients" },
	{ "undisclosed_recipients", "off", "set_to_header", "off" },
	{ "add_missing_from_header", "", "set_from_header", "auto" },
	{ "add-missing-from-header", "off", "set_from_header", "off" },
	{ "add_missing_date_header", "off", "set_date_header", "off" },
	{ "tls_nocertcheck", "", "tls_certcheck", "off" },
	{ "tls_nostarttls", "", "tls_starttls", "off" },
	{ "tls_force_sslv3", "whatever", "tls", "off" },
};

static void test_old_spellings(void)
{
	for (size_t i = 0; i < LENGTH(old); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(str_done) struct str printed = STR_INIT;

		test_case("old spelling %s '%s'", old[i].old, old[i].text);
		settings_init(&settings);
		EXPECT(settings_set_named(&settings, old[i].old, old[i].text, &origin, &err));
		settings_print(&settings, option_find(old[i].name), &printed);
		EXPECT_TEXT(printed.bytes, old[i].printed);
	}
}

/* A printed value must be accepted again, and mean the same. */
static void test_defaults_round_trip(void)
{
	CLEANUP(settings_done) struct settings settings;

	settings_init(&settings);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(str_done) struct str before = STR_INIT;
		CLEANUP(str_done) struct str after = STR_INIT;

		test_case("default of %s", options[i].name);
		EXPECT_TEXT(options[i].name, option_find(options[i].name)->name);
		settings_print(&settings, &options[i], &before);
		if (options[i].value)
			EXPECT_TEXT(before.bytes, options[i].value);
		else
			EXPECT_TEXT(before.bytes, "");
		if (!options[i].value && options[i].flags & (OPTION_NEEDED | OPTION_EMPTY))
			continue;
		EXPECT(settings_set(&settings, &options[i], before.bytes, &origin, &err));
		settings_print(&settings, &options[i], &after);
		EXPECT_TEXT(after.bytes, before.bytes);
	}
}

static void set(struct settings *settings, const char *name, const char *text)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	EXPECT(settings_set_named(settings, name, text, &origin, &err));
}

/* The settings as in a record of the queue. */
static void test_several_values(void)
{
	const struct origin queue = { .kind = ORIGIN_QUEUE };
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(settings_done) struct settings settings;
	CLEANUP(str_done) struct str printed = STR_INIT;

	test_case("several values of a list at once");
	settings_init(&settings);
	EXPECT(settings_set_named(&settings, "add_header", "X-A:b\nC:", &queue, &err));
	EXPECT_NUMBER(settings.add_header.count, 2);
	settings_print(&settings, option_find("add_header"), &printed);
	EXPECT_TEXT(printed.bytes, "X-A:b\nC:");
}

static void test_overlay(void)
{
	CLEANUP(settings_done) struct settings lower;
	CLEANUP(settings_done) struct settings upper;
	CLEANUP(settings_done) struct settings copy;

	test_case("an overlay takes what is explicit only");
	settings_init(&lower);
	settings_init(&upper);
	set(&lower, "host", "lower");
	set(&lower, "timeout", "5");
	set(&lower, "password", "old");
	set(&upper, "timeout", "off");
	set(&upper, "password", "new");
	set(&upper, "tls_fingerprint", "00112233445566778899aabbccddeeff");
	set(&upper, "tls_pin", PIN_1 " " PIN_2 " " PIN_1 " " PIN_1 " " PIN_2);
	settings_overlay(&lower, &upper);
	EXPECT_TEXT(lower.host, "lower");
	EXPECT_NUMBER(lower.timeout, 0);
	EXPECT_TEXT(lower.password.bytes, "new");
	EXPECT_NUMBER(lower.tls_fingerprint.len, 16);
	EXPECT_NUMBER(lower.tls_pin.count, 5);

	test_case("a copy owns its values");
	settings_copy(&copy, &lower);
	EXPECT(copy.host != lower.host);
	EXPECT(copy.password.bytes != lower.password.bytes);
	EXPECT_TEXT(copy.password.bytes, "new");
	EXPECT(settings_is_explicit(&copy, OPT_host));
	EXPECT(!settings_is_explicit(&copy, OPT_user));

	test_case("taking from oneself changes nothing");
	settings_take(&copy, &copy, OPT_host);
	EXPECT_TEXT(copy.host, "lower");
}

static void test_letters(void)
{
	test_case("letters");
	EXPECT_TEXT(option_of_letter('f')->name, "from");
	EXPECT_TEXT(option_of_letter('r')->name, "from");
	EXPECT_TEXT(option_of_letter('F')->name, "from_full_name");
	EXPECT_TEXT(option_of_letter('X')->name, "logfile");
	EXPECT(!option_of_letter('z'));
}

int main(void)
{
	/* A folder that belongs to the user of this test. */
	setenv("HOME", "/proc/self", 1);
	test_begin("option");
	test_good_values();
	test_bad_values();
	test_old_spellings();
	test_defaults_round_trip();
	test_several_values();
	test_overlay();
	test_letters();
	return test_end();
}
