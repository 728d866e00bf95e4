/* serverinfo.c - showing a relay's greeting, certificate and extensions */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/serverinfo.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "conf/extensions.h"
#include "conf/secret.h"
#include "deliver/report.h"
#include "smtp/session.h"
#include "submit/choice.h"

#include <string.h>

static const struct {
	const char *keyword;
	const char *meaning;
} extensions[] = {
	{ "8BITMIME", N_("text beyond ASCII is accepted as it is") },
	{ "AUTH", N_("ways to log in") },
	{ "BINARYMIME", N_("binary content is accepted") },
	{ "CHUNKING", N_("content can be sent in pieces of known length") },
	{ "DELIVERBY", N_("a time by which to deliver can be set") },
	{ "DSN", N_("delivery status notifications can be asked for") },
	{ "ENHANCEDSTATUSCODES", N_("replies have enhanced status codes") },
	{ "ETRN", N_("the server's queue can be started") },
	{ "FUTURERELEASE", N_("messages can be sent later") },
	{ "LIMITS", N_("limits of one connection") },
	{ "MT-PRIORITY", N_("messages can have a priority") },
	{ "PIPELINING", N_("commands can be sent in groups") },
	{ "REQUIRETLS", N_("TLS can be required on the whole route") },
	{ "SIZE", N_("the size of a message is known in advance") },
	{ "SMTPUTF8", N_("addresses beyond ASCII are accepted") },
	{ "STARTTLS", N_("the connection can be encrypted") },
};

static const char *find_meaning(const char *line, size_t len)
{
	size_t word = strcspn(line, " =\n");

	for (size_t i = 0; i < LENGTH(extensions); i++)
		if (word <= len && ascii_is(line, word, extensions[i].keyword))
			return _(extensions[i].meaning);
	return NULL;
}

static void add_extension(struct str *out, const char *line, size_t len, const char *ignored)
{
	const char *meaning = find_meaning(line, len);
	size_t word = strcspn(line, " =\n");

	str_add(out, "    ");
	str_add_printable(out, line, len);
	if (word <= len && extensions_has(ignored, line, word))
		str_addf(out, "  (%s)", _("not used: ignore_extensions"));
	else if (meaning)
		str_addf(out, "  (%s)", meaning);
	str_add_char(out, '\n');
}

/* The first line of the EHLO reply is the server's name, each further line an extension. */
static void add_extensions(struct str *out, const struct reply *reply, const char *ignored)
{
	const char *line = strchr(reply->text.bytes, '\n');

	str_add(out, line ? _("Extensions:\n") : _("No extensions.\n"));
	while (line) {
		line++;
		const char *next = strchr(line, '\n');
		add_extension(out, line, next ? (size_t)(next - line) : strlen(line), ignored);
		line = next;
	}
}

/* Adds the relay's name and address: "relay.example [192.0.2.1]". */
static void add_way(const struct connection_info *info, struct str *out)
{
	const char *name = info->canonical ? info->canonical : "";

	if (info->proxy)
		str_add(out, info->proxy);
	if (!info->address)
		return;
	str_add_printable(out, name, strlen(name));
	str_addf(out, "%s%s", *name ? " " : "", info->address);
}

static void describe(const struct session *session, struct str *out)
{
	bool is_lmtp = session->settings->protocol == PROTOCOL_LMTP;
	CLEANUP(str_done) struct str way = STR_INIT;

	str_addf(out, _("%s server at %s"), is_lmtp ? "LMTP" : "SMTP", session->where);
	add_way(&session->connection, &way);
	str_addf(out, way.len ? " (%s):\n    " : "%s:\n    ", way.bytes);
	str_add_printable(out, session->greeting, strlen(session->greeting));
	str_add_char(out, '\n');
	if (session->client.stream.tls)
		tls_describe(session->client.stream.tls, out);
	add_extensions(out, &session->client.reply, session->settings->ignore_extensions);
}

static bool ask_relay(struct settings *settings, struct str *out, struct err *err)
{
	struct session session;

	bool is_open = session_open(&session, settings, LOGIN_NONE, err);
	secret_forget(settings);
	if (!is_open)
		return false;
	describe(&session, out);
	session_close(&session);
	return true;
}

int serverinfo_show(const struct request *request)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(job_done) struct job job;

	job_init(&job, request);
	bool is_chosen = choice_without_message(&job, &err);
	report_warnings(&job.config.warnings);
	if (!is_chosen || !ask_relay(&job.account.settings, &text, &err))
		return report_error(&err);
	return report_text(&text);
}
