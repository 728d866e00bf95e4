/* queues.c - the queues that a request is about */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/queues.h"

#include "conf/config.h"
#include "conf/configfile.h"
#include "conf/selection.h"
#include "deliver/report.h"
#include "queue/placenotes.h"
#include "queue/places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

void queues_done(struct queues *queues)
{
	for (size_t i = 0; i < queues->count; i++)
		spool_close(&queues->items[i]);
	free(queues->items);
	str_done(&queues->problems);
	*queues = (struct queues){ .problems = STR_INIT };
}

static void note_problem(struct queues *queues, const struct err *err)
{
	str_addf(&queues->problems, "%s\n", err->text);
}

/* Notes an error, and goes on: other queues are opened all the same. */
static void note_trouble(struct queues *queues, const struct err *err)
{
	note_problem(queues, err);
	if (queues->status == EX_OK)
		queues->status = err_exit_status(err->kind);
}

static bool is_another_users(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid != geteuid();
}

/* Whether a queue is already open, maybe by another path. */
static bool has_queue(const struct queues *queues, int folder)
{
	struct stat st;
	struct stat other;

	if (fstat(folder, &st) < 0)
		return false;
	for (size_t i = 0; i < queues->count; i++)
		if (fstat(queues->items[i].top, &other) == 0 && other.st_ino == st.st_ino &&
		    other.st_dev == st.st_dev)
			return true;
	return false;
}

static void add_queue(struct queues *queues, const char *path)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct spool spool;

	if (!spool_open(&spool, path, false, &err))
		note_trouble(queues, &err);
	if (err.kind != ERR_NONE || spool.top < 0 || has_queue(queues, spool.top)) {
		spool_close(&spool);
		return;
	}
	mem_grow(queues->items, queues->count);
	queues->items[queues->count++] = spool;
}

/* Loads the config. Fails only if root would run queues that another user may have named. */
static bool load(struct queues *queues, const struct request *request, struct config *config,
		 struct err *err)
{
	const struct configfile_places files = { .system_folder = SYSCONFDIR,
						 .user_file = request->config_file,
						 .is_look = mode_is_look(request->mode) };
	CLEANUP(err_done) struct err trouble = ERR_INIT;

	if (settings_is_explicit(&request->settings, OPT_host))
		return true;
	bool is_loaded = configfile_load(config, &files, &trouble);
	str_add_n(&queues->problems, config->skipped.bytes, config->skipped.len);
	if (!is_loaded && config->is_distrusted) {
		err_copy(err, &trouble);
		return false;
	}
	/* In the run for all users, each child would repeat an error of the system's config. */
	if (!is_loaded && trouble.kind != ERR_CONFIG)
		note_trouble(queues, &trouble);
	else if (!is_loaded && !request->is_all_users)
		note_problem(queues, &trouble);
	return true;
}

/* Without --account: a config file that could not be read may have the account. */
static void note_unreadable(struct queues *queues, const struct config *config)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (config->unreadable.len == 0)
		return;
	err_set(&err, ERR_IO, "%s", config->unreadable.bytes);
	note_trouble(queues, &err);
}

/* Adds the queue of the account that a message would be sent with, if it has a folder. */
static bool add_of_account(struct queues *queues, struct places *places,
			   const struct request *request, const struct config *config,
			   struct err *err)
{
	const struct selection wish = { .account = request->account,
					.settings = &request->settings };
	CLEANUP(account_done) struct account account = { 0 };
	CLEANUP(err_done) struct err unused = ERR_INIT;

	if (!selection_choose(config, &wish, &account, request->account ? err : &unused)) {
		/*
		 * In the run for all users, each child would report a file that only root may read.
		 */
		if (!request->account && !request->is_all_users)
			note_unreadable(queues, config);
		return !request->account;
	}
	report_use_log(&account.settings);
	if (account.settings.queue_folder)
		places_add(places, account.settings.queue_folder);
	return true;
}

static void add_of_all_accounts(struct places *places, const struct config *config)
{
	for (size_t i = 0; i < config->count; i++)
		if (config->accounts[i].settings.queue_folder)
			places_add(places, config->accounts[i].settings.queue_folder);
}

static void add_usual(struct queues *queues, struct places *places, bool with_noted)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	places_add_usual(places);
	if (with_noted && !placenotes_add(places, &err))
		note_trouble(queues, &err);
}

/*
 * Opens the queues. The first `named` ones are opened even if the folder belongs to another user.
 */
static void open_all(struct queues *queues, const struct places *places, size_t named)
{
	for (size_t i = 0; i < places->count; i++)
		if (i < named || !is_another_users(places->paths[i]))
			add_queue(queues, places->paths[i]);
}

/* A queue that the system's config names for all users may belong to another user. */
static size_t count_named(const struct request *request, const struct places *places)
{
	return request->is_all_users ? 0 : places->count;
}

bool queues_open(struct queues *queues, const struct request *request, struct err *err)
{
	bool is_one_account = request->account && request->mode != MODE_QUEUE_RETRY;
	CLEANUP(config_done) struct config config;
	CLEANUP(places_done) struct places places = { 0 };

	*queues = (struct queues){ .problems = STR_INIT };
	config_init(&config);
	if (request->settings.queue_folder) {
		add_queue(queues, request->settings.queue_folder);
		return true;
	}
	if (!load(queues, request, &config, err))
		return false;
	if (!add_of_account(queues, &places, request, &config, err))
		return false;
	size_t named = count_named(request, &places);
	if (!is_one_account)
		add_of_all_accounts(&places, &config);
	if (!is_one_account || places.count == 0)
		add_usual(queues, &places, !request->config_file && !is_one_account);
	open_all(queues, &places, named);
	return true;
}
