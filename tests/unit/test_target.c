/* test_target.c - the hosts that may be the relay, and the names for their certificates */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/clock.h"
#include "conf/settings.h"
#include "net/host.h"
#include "net/target.h"

static void set(struct settings *settings, const char *name, const char *text)
{
	const struct origin origin = { .kind = ORIGIN_FILE };
	CLEANUP(err_done) struct err err = ERR_INIT;

	EXPECT(!text || settings_set_named(settings, name, text, &origin, &err));
}

static const struct {
	const char *host, *fallback, *found;
} lists[] = {
	{ "mx.example", NULL, "mx.example:587|" },
	{ "::1", NULL, "[::1]:587|" },
	{ "[::1]", NULL, "[::1]:587|" },
	{ "mx.example", "b.example, [::1]:26 192.0.2.1:27",
	  "mx.example:587|b.example:587|[::1]:26|192.0.2.1:27|" },
};

static void test_lists(void)
{
	for (size_t i = 0; i < LENGTH(lists); i++) {
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(targets_done) struct targets targets;
		CLEANUP(str_done) struct str found = STR_INIT;
		CLEANUP(err_done) struct err err = ERR_INIT;

		test_case("targets: %s %s", lists[i].host,
			  lists[i].fallback ? lists[i].fallback : "");
		settings_init(&settings);
		set(&settings, "host", lists[i].host);
		set(&settings, "port", "587");
		set(&settings, "host_fallback", lists[i].fallback);
		EXPECT(targets_find(&targets, &settings, CLOCK_NEVER, &err));
		for (size_t n = 0; n < targets.count; n++) {
			CLEANUP(mem_free_at)
			char *place = host_place(targets.items[n].host, targets.items[n].port);
			str_addf(&found, "%s|", place);
		}
		EXPECT_TEXT(found.bytes, lists[i].found);
	}
}

static const struct {
	const char *host, *domain, *override;
	const char *first, *second;
	bool is_foreign;
} names[] = {
	{ "mx.example", NULL, NULL, "mx.example", NULL, false },
	{ "mx.example.", NULL, NULL, "mx.example", NULL, false },
	{ "[::1]", NULL, NULL, "::1", NULL, false },
	{ "b\xc3\xbcro.example", NULL, NULL, "xn--bro-hoa.example", NULL, false },
	{ "mx.example", NULL, "relay.example.", "relay.example", NULL, false },
	{ "mx.example.org", "example.org", NULL, "mx.example.org", "example.org", false },
	{ "example.org", "example.org", NULL, "example.org", "example.org", false },
	{ "MX.EXAMPLE.ORG", "example.org", NULL, "MX.EXAMPLE.ORG", "example.org", false },
	{ "mx.provider.example", "example.org", NULL, "example.org", NULL, true },
	{ "evilexample.org", "example.org", NULL, "example.org", NULL, true },
	{ "mx.provider.example", "example.org", "mx.provider.example", "mx.provider.example", NULL,
	  true },
	{ "mx.example.org", "example.org", "b.example", "b.example", NULL, false },
};

static void test_names(void)
{
	for (size_t i = 0; i < LENGTH(names); i++) {
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(target_names_done) struct target_names found;
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(mem_free_at) char *host = mem_copy(names[i].host);
		CLEANUP(mem_free_at)
		char *domain = names[i].domain ? mem_copy(names[i].domain) : NULL;
		const struct target target = { host, 587, domain };

		test_case("certificate for %s of %s, override %s", host, domain ? domain : "nobody",
			  names[i].override ? names[i].override : "none");
		settings_init(&settings);
		set(&settings, "host", names[i].domain ? names[i].domain : names[i].host);
		set(&settings, "tls_host_override", names[i].override);
		EXPECT(target_names(&target, &settings, &found, &err));
		EXPECT_TEXT(found.items[0], names[i].first);
		EXPECT_TEXT(found.items[1], names[i].second);
		EXPECT_NUMBER(target_is_foreign(&target), names[i].is_foreign);
	}
}

static void test_socket(void)
{
	CLEANUP(settings_done) struct settings settings;
	CLEANUP(target_names_done) struct target_names found;
	CLEANUP(err_done) struct err err = ERR_INIT;

	test_case("certificate behind a unix socket");
	settings_init(&settings);
	set(&settings, "socket", "/s");
	set(&settings, "tls_host_override", "relay.example");
	EXPECT(target_names(NULL, &settings, &found, &err));
	EXPECT_TEXT(found.items[0], "relay.example");
	EXPECT_TEXT(found.items[1], NULL);
}

int main(void)
{
	test_begin("target");
	test_lists();
	test_names();
	test_socket();
	return test_end();
}
