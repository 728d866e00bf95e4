/* route.c - the account and settings with which a queued message is sent */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/route.h"

#include "conf/configfile.h"
#include "conf/selection.h"
#include "conf/settings.h"
#include "conf/usable.h"

#include <stdlib.h>
#include <string.h>

static void route_free(struct route *route)
{
	free(route->recipe);
	free(route->key);
	account_done(&route->account);
	config_done(&route->config);
	err_done(&route->problem);
	free(route);
}

void routes_done(struct routes *routes)
{
	for (size_t i = 0; i < routes->count; i++)
		route_free(routes->items[i]);
	free(routes->items);
	*routes = (struct routes){ 0 };
}

/*
 * Whether the connection, its TLS or its login depends on a setting. `password` is always printed
 * as
 * "*", and `timeout` may differ.
 */
static bool is_part_of_route(enum option_id id)
{
	const enum option_group group = options[id].group;

	return (group == OPTION_GROUP_RELAY || group == OPTION_GROUP_AUTH ||
		group == OPTION_GROUP_TLS) &&
	       id != OPT_password && id != OPT_timeout;
}

char *route_key(const struct settings *settings)
{
	struct str key = STR_INIT;

	for (enum option_id id = 0; id < OPTION_COUNT; id++) {
		if (!is_part_of_route(id))
			continue;
		settings_print(settings, &options[id], &key);
		str_add_char(&key, '\n');
	}
	return str_take(&key);
}

static char *make_recipe(const struct record *record)
{
	struct str recipe = STR_INIT;

	str_addf(&recipe, "%s\n%s\n", record->config_file ? record->config_file : "",
		 record->account ? record->account : "");
	for (size_t i = 0; i < 2 * record->option_count; i++)
		str_addf(&recipe, "%s\n", record->options[i]);
	return str_take(&recipe);
}

static bool read_options(struct settings *settings, const struct record *record, struct err *err)
{
	const struct origin origin = { .kind = ORIGIN_QUEUE, .is_explicit = true };

	for (size_t i = 0; i < record->option_count; i++)
		if (!settings_set_named(settings, record->options[2 * i],
					record->options[2 * i + 1], &origin, err))
			return false;
	return true;
}

static bool resolve(struct route *route, const struct record *record, struct err *err)
{
	const struct configfile_places places = { .system_folder = SYSCONFDIR,
						  .user_file = record->config_file };
	const struct expansion expansion = { .system_folder = SYSCONFDIR, .is_by_uid = true };
	CLEANUP(settings_done) struct settings wished;
	const struct selection wish = { .account = record->account, .settings = &wished };

	settings_init(&wished);
	if (!read_options(&wished, record, err))
		return false;
	if (!settings_is_explicit(&wished, OPT_host) &&
	    !configfile_load(&route->config, &places, err))
		return false;
	bool is_chosen = selection_choose(&route->config, &wish, &route->account, err);
	config_forget_secrets(&route->config);
	return is_chosen && account_complete(&route->account, &expansion, err) &&
	       usable_check(&route->account, false, err);
}

static struct route *route_new(char *recipe, const struct record *record)
{
	struct route *route = mem_zeroed(1, sizeof *route);

	route->recipe = recipe;
	config_init(&route->config);
	if (resolve(route, record, &route->problem))
		route->key = route_key(&route->account.settings);
	else
		route->key = mem_copy(recipe);
	return route;
}

struct route *routes_find(struct routes *routes, const struct record *record)
{
	CLEANUP(mem_free_at) char *recipe = make_recipe(record);

	for (size_t i = 0; i < routes->count; i++)
		if (strcmp(routes->items[i]->recipe, recipe) == 0)
			return routes->items[i];
	mem_grow(routes->items, routes->count);
	routes->items[routes->count] = route_new(mem_take(&recipe), record);
	return routes->items[routes->count++];
}

/*
 * A secret is never remembered. The sender settings have already shaped the message, unless that is
 * left for the first attempt.
 */
static bool is_worth_remembering(const struct settings *settings, enum option_id id, bool is_raw)
{
	enum origin_kind kind = settings->origins[id].kind;

	return (kind == ORIGIN_COMMAND_LINE || kind == ORIGIN_ENVIRONMENT) && id != OPT_password &&
	       (is_raw || (id != OPT_from && id != OPT_from_full_name));
}

void route_remember(struct record *record, const char *config_file, const struct account *account)
{
	const struct settings *settings = &account->settings;

	/*
	 * A pipe has no real path. A later attempt then reports that the file is gone, and uses no
	 * other config.
	 */
	char *real = config_file ? realpath(config_file, NULL) : NULL;
	record->config_file = real || !config_file ? real : mem_copy(config_file);
	record->account = account->name ? mem_copy(account->name) : NULL;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		struct str value = STR_INIT;
		if (!is_worth_remembering(settings, (enum option_id)i, record->is_raw))
			continue;
		settings_print(settings, &options[i], &value);
		record_add_option(record, mem_copy(options[i].name), str_take(&value));
	}
}
