/* test_route.c - the account of a queued message: remembered, resolved, compared */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "deliver/route.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/mailchute-unit-XXXXXX";

static void write_config(const char *name, const char *text)
{
	FILE *file = fopen(name, "we");

	EXPECT(file && fputs(text, file) >= 0 && fclose(file) == 0);
	EXPECT(chmod(name, 0600) == 0);
}

/* Remembering */

static void set(struct settings *settings, const char *name, const char *value,
		enum origin_kind kind)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	const struct origin origin = { .kind = kind, .is_explicit = true };

	EXPECT(settings_set_named(settings, name, value, &origin, &err));
}

/* A record remembers a setting that its account cannot give again. */
static void test_remembered(void)
{
	static const struct {
		const char *name;
		const char *setting;
		const char *value;
		enum origin_kind origin;
		bool is_raw;
		bool is_kept;
	} table[] = {
		{ "from the command line", "host", "mx.example", ORIGIN_COMMAND_LINE, false, true },
		{ "from the environment", "host", "mx.example", ORIGIN_ENVIRONMENT, false, true },
		{ "from a file", "host", "mx.example", ORIGIN_FILE, false, false },
		{ "a password", "password", "secret", ORIGIN_COMMAND_LINE, false, false },
		{ "a sender", "from", "a@a.example", ORIGIN_COMMAND_LINE, false, false },
		{ "a sender's name", "from_full_name", "A", ORIGIN_COMMAND_LINE, false, false },
		{ "a sender, for the first attempt", "from", "a@a.example", ORIGIN_COMMAND_LINE,
		  true, true },
		{ "a password, for the first attempt", "password", "secret", ORIGIN_COMMAND_LINE,
		  true, false },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct account account = { 0 };
		struct record record;
		test_case("remembered/%s", table[i].name);
		settings_init(&account.settings);
		record_init(&record);
		record.is_raw = table[i].is_raw;
		set(&account.settings, table[i].setting, table[i].value, table[i].origin);
		route_remember(&record, NULL, &account);
		EXPECT_NUMBER(record.option_count, table[i].is_kept);
		if (record.option_count > 0) {
			EXPECT_TEXT(record.options[0], table[i].setting);
			EXPECT_TEXT(record.options[1], table[i].value);
		}
		record_done(&record);
		account_done(&account);
	}
}

static void test_places(void)
{
	static const struct {
		const char *given;
		const char *kept; /* in the folder; NULL: as given */
	} table[] = { { "config", "config" }, { "link", "config" }, { "/proc/self/fd/77", NULL } };

	EXPECT(symlink("config", "link") == 0);
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct account account = { .name = mem_copy("work") };
		struct record record;
		test_case("the config file is remembered by its real path/%s", table[i].given);
		CLEANUP(mem_free_at) char *whole = str_format("%s/%s", folder, table[i].kept);
		settings_init(&account.settings);
		record_init(&record);
		route_remember(&record, table[i].given, &account);
		EXPECT_TEXT(record.config_file, table[i].kept ? whole : table[i].given);
		EXPECT_TEXT(record.account, "work");
		record_done(&record);
		account_done(&account);
	}
}

/* Resolving */

/* A record that names a config file, an account, and one setting (NULL: none). */
static void make_record(struct record *record, const char *file, const char *account,
			const char *name, const char *value)
{
	record_init(record);
	record->config_file = file ? mem_copy(file) : NULL;
	record->account = account ? mem_copy(account) : NULL;
	if (name)
		record_add_option(record, mem_copy(name), mem_copy(value));
}

static void test_resolved(void)
{
	static const struct {
		const char *name;
		const char *file;
		const char *account;
		const char *setting;
		const char *value;
		const char *host; /* NULL: there is a problem */
		enum err_kind problem;
	} table[] = {
		{ "an account of the file", "config", "work", NULL, NULL, "work.example",
		  ERR_NONE },
		{ "the default account", "config", "default", NULL, NULL, "home.example",
		  ERR_NONE },
		{ "an option replaces the file's setting", "config", "work", "port", "2525",
		  "work.example", ERR_NONE },
		{ "a host on the command line needs no file", "nowhere", NULL, "host", "mx.example",
		  "mx.example", ERR_NONE },
		{ "the account is gone", "config", "gone", NULL, NULL, NULL, ERR_CONFIG },
		{ "the file is gone", "nowhere", "work", NULL, NULL, NULL, ERR_IO },
		{ "an option has a value that is refused", "config", "work", "port", "x", NULL,
		  ERR_CONFIG },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(routes_done) struct routes routes = { 0 };
		struct record record;
		test_case("resolved/%s", table[i].name);
		make_record(&record, table[i].file, table[i].account, table[i].setting,
			    table[i].value);
		const struct route *route = routes_find(&routes, &record);
		EXPECT_NUMBER(route->problem.kind, table[i].problem);
		EXPECT(route->key && *route->key);
		if (table[i].host)
			EXPECT_TEXT(route->account.settings.host, table[i].host);
		if (table[i].host && table[i].setting && strcmp(table[i].setting, "port") == 0)
			EXPECT_NUMBER(route->account.settings.port, 2525);
		record_done(&record);
	}
}

/* Comparing */

static void test_keys(void)
{
	static const struct {
		const char *name;
		const char *accounts[2];
		const char *setting; /* of the second record */
		const char *value;
		bool is_one_route;
		bool is_one_key;
	} table[] = {
		{ "the same record", { "work", "work" }, NULL, NULL, true, true },
		{ "another relay", { "work", "default" }, NULL, NULL, false, false },
		{ "another name of the same relay", { "work", "office" }, NULL, NULL, false, true },
		{ "another sender at the same relay",
		  { "work", "work" },
		  "from",
		  "b@b.example",
		  false,
		  true },
		{ "another login", { "work", "work" }, "user", "bob", false, false },
		{ "another port", { "work", "work" }, "port", "2525", false, false },
		{ "other TLS", { "work", "work" }, "tls_certcheck", "off", false, false },
		{ "both accounts are gone", { "gone", "lost" }, NULL, NULL, false, false },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(routes_done) struct routes routes = { 0 };
		struct record first, second;
		test_case("key/%s", table[i].name);
		make_record(&first, "config", table[i].accounts[0], NULL, NULL);
		make_record(&second, "config", table[i].accounts[1], table[i].setting,
			    table[i].value);
		const struct route *one = routes_find(&routes, &first);
		const struct route *other = routes_find(&routes, &second);
		EXPECT_NUMBER(one == other, table[i].is_one_route);
		EXPECT_NUMBER(strcmp(one->key, other->key) == 0, table[i].is_one_key);
		record_done(&first);
		record_done(&second);
	}
}

int main(void)
{
	test_begin("route");
	EXPECT(mkdtemp(folder) && chdir(folder) == 0);
	write_config("config", "account work\nhost work.example\nfrom a@a.example\n"
			       "account office\nhost work.example\nfrom c@a.example\n"
			       "account home\nhost home.example\nfrom h@h.example\n"
			       "account default : home\n");
	test_remembered();
	test_places();
	test_resolved();
	test_keys();
	unlink("config");
	unlink("link");
	EXPECT(chdir("/") == 0 && rmdir(folder) == 0);
	return test_end();
}
