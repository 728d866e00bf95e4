/* test_binding.c - logins that are bound to their TLS session */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/base64.h"
#include "base/clock.h"
#include "smtp/sasl.h"

#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <gsasl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 10 };

#define TLS_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define TLS_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define NO_EMS  ":%NO_SESSION_HASH"

/* A server of GnuTLS and libgsasl; `is_between` gives it another binding, as a man in
 * the middle has. */
struct server {
	const char *priorities;
	const char *mechanism; /* NULL: it only shakes hands */
	bool is_between;
	bool is_noisy; /* it sends a warning alert first, and closes */
	int fd;
	pthread_t thread;
	gnutls_session_t session;
	char line[512];
	unsigned char binding[64];
	size_t binding_len;
	bool is_done;
};

static gnutls_certificate_credentials_t credentials;

static void must(int status)
{
	if (status < 0) {
		fprintf(stderr, "%s\n", gnutls_strerror(status));
		abort();
	}
}

/* A certificate that is signed only by its own key. */
static void make_certificate(void)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;

	must(gnutls_x509_privkey_init(&key));
	must(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
					  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	must(gnutls_x509_crt_init(&certificate));
	must(gnutls_x509_crt_set_version(certificate, 3));
	must(gnutls_x509_crt_set_serial(certificate, "\1", 1));
	must(gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 60));
	must(gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + 3600));
	must(gnutls_x509_crt_set_key(certificate, key));
	must(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0));
	must(gnutls_certificate_allocate_credentials(&credentials));
	must(gnutls_certificate_set_x509_key(credentials, &certificate, 1, key));
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
}

/* The server's part */

static void keep_binding(struct server *server)
{
	bool is_exporter = gnutls_protocol_get_version(server->session) == GNUTLS_TLS1_3;
	gnutls_datum_t bytes;

	must(gnutls_session_channel_binding(
		server->session, is_exporter ? GNUTLS_CB_TLS_EXPORTER : GNUTLS_CB_TLS_UNIQUE,
		&bytes));
	memcpy(server->binding, bytes.data, bytes.size);
	server->binding_len = bytes.size;
	gnutls_free(bytes.data);
}

static int answer_library(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	struct server *server = gsasl_callback_hook_get(library);
	CLEANUP(str_done) struct str text = STR_INIT;
	unsigned char binding[sizeof server->binding];

	switch ((int)property) { /* of the many only these */
	case GSASL_PASSWORD:
		gsasl_property_set(session, property, "secret");
		return GSASL_OK;
	case GSASL_CB_TLS_EXPORTER:
	case GSASL_CB_TLS_UNIQUE:
		memcpy(binding, server->binding, server->binding_len);
		binding[0] ^= server->is_between;
		base64_add(&text, binding, server->binding_len);
		gsasl_property_set(session, property, text.bytes);
		return GSASL_OK;
	default:
		return GSASL_NO_CALLBACK;
	}
}

static bool take_line(struct server *server)
{
	size_t len = 0;

	while (len < sizeof server->line - 1 && (len == 0 || server->line[len - 1] != '\n')) {
		ssize_t got = gnutls_record_recv(server->session, server->line + len,
						 sizeof server->line - 1 - len);
		if (got <= 0)
			return false;
		len += (size_t)got;
	}
	server->line[len] = '\0';
	server->line[strcspn(server->line, "\r\n")] = '\0';
	return true;
}

static bool say(struct server *server, const char *code, const char *text)
{
	CLEANUP(mem_free_at) char *line = str_format("%s %s\r\n", code, text);

	return gnutls_record_send(server->session, line, strlen(line)) == (ssize_t)strlen(line);
}

static int exchange(struct server *server, Gsasl_session *session)
{
	const char *response = strrchr(server->line, ' ') + 1;
	int status = GSASL_NEEDS_MORE;

	while (status == GSASL_NEEDS_MORE) {
		char *words = NULL;
		status = gsasl_step64(session, response, &words);
		bool goes_on =
			status == GSASL_NEEDS_MORE || (status == GSASL_OK && words && *words);
		bool is_answered =
			!goes_on || (say(server, "334", words ? words : "") && take_line(server));
		gsasl_free(words);
		if (!is_answered)
			return GSASL_AUTHENTICATION_ERROR;
		response = server->line;
	}
	return status;
}

static void serve(struct server *server)
{
	CLEANUP(mem_free_at) char *command = str_format("AUTH %s ", server->mechanism);
	Gsasl *library;
	Gsasl_session *session;

	if (!take_line(server) || strncmp(server->line, command, strlen(command)) != 0)
		return;
	if (gsasl_init(&library) != GSASL_OK)
		return;
	gsasl_callback_hook_set(library, server);
	gsasl_callback_set(library, answer_library);
	if (gsasl_server_start(library, server->mechanism, &session) == GSASL_OK) {
		bool is_in = exchange(server, session) == GSASL_OK;
		server->is_done = say(server, is_in ? "235" : "535", "so be it");
		gsasl_finish(session);
	}
	gsasl_done(library);
}

static void make_noise(struct server *server)
{
	for (int i = 0; i < 3; i++)
		must(gnutls_alert_send(server->session, GNUTLS_AL_WARNING,
				       GNUTLS_A_UNRECOGNIZED_NAME));
	server->is_done = say(server, "220", "at last");
}

static void *run_server(void *arg)
{
	struct server *server = arg;

	must(gnutls_init(&server->session, GNUTLS_SERVER));
	must(gnutls_priority_set_direct(server->session, server->priorities, NULL));
	must(gnutls_credentials_set(server->session, GNUTLS_CRD_CERTIFICATE, credentials));
	gnutls_transport_set_int(server->session, server->fd);
	gnutls_handshake_set_timeout(server->session, SECONDS * 1000);
	gnutls_record_set_timeout(server->session, SECONDS * 1000);
	if (gnutls_handshake(server->session) == 0) {
		keep_binding(server);
		if (server->mechanism)
			serve(server);
		if (server->is_noisy)
			make_noise(server);
		else
			(void)take_line(server);
	}
	gnutls_deinit(server->session);
	close(server->fd);
	return NULL;
}

/* Ours */

static void connect_to(struct server *server, struct client *client, struct settings *settings,
		       const char *auth)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	int ends[2];

	settings_init(settings);
	settings->host = mem_copy("localhost");
	settings->auth = mem_copy(auth);
	settings->user = mem_copy("joe");
	settings->tls_certcheck = false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		abort();
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	server->fd = ends[1];
	if (pthread_create(&server->thread, NULL, run_server, server) != 0)
		abort();
	client_init(client, settings, ends[0], clock_after(SECONDS));
	client->can.has = CAP_AUTH;
	str_add(&client->can.mechanisms,
		" SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN ");
	struct tls *tls = tls_new(settings, &(struct secret){ 0 }, clock_after(SECONDS), &err);
	EXPECT(tls && stream_start_tls(&client->stream, tls, &err));
	EXPECT_TEXT(err.text, NULL);
}

static void leave(struct server *server, struct client *client)
{
	client_done(client);
	pthread_join(server->thread, NULL);
}

static const struct {
	const char *name;
	const char *priorities;
	enum tls_binding kind;
	size_t len;
	const char *chosen;
} sessions[] = {
	{ "TLS 1.3", TLS_1_3, TLS_BINDING_EXPORTER, 32, "SCRAM-SHA-256-PLUS" },
	{ "TLS 1.2", TLS_1_2, TLS_BINDING_UNIQUE, 12, "SCRAM-SHA-256-PLUS" },
	{ "TLS 1.2 without the extended master secret", TLS_1_2 NO_EMS, TLS_BINDING_NONE, 0,
	  "SCRAM-SHA-256" },
};

static void test_sessions(void)
{
	for (size_t i = 0; i < LENGTH(sessions); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(str_done) struct str bytes = STR_INIT;
		struct server server = { .priorities = sessions[i].priorities };
		struct client client;

		test_case("session/%s", sessions[i].name);
		connect_to(&server, &client, &settings, "");
		EXPECT_NUMBER(tls_channel_binding(client.stream.tls, &bytes), sessions[i].kind);
		EXPECT_NUMBER(bytes.len, sessions[i].len);
		EXPECT_TEXT(sasl_choose(&client, false, &err), sessions[i].chosen);
		leave(&server, &client);
		EXPECT(memcmp(bytes.bytes, server.binding, bytes.len) == 0);
	}
}

static void test_named_without_binding(void)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(settings_done) struct settings settings;
	struct server server = { .priorities = TLS_1_2 NO_EMS };
	struct client client;

	test_case("a named mechanism without a binding");
	connect_to(&server, &client, &settings, "SCRAM-SHA-1-PLUS");
	EXPECT_TEXT(sasl_choose(&client, false, &err), NULL);
	EXPECT_NUMBER(err.kind, ERR_UNAVAILABLE);
	EXPECT_PART(err.text, "extended master secret");
	leave(&server, &client);
}

static const struct {
	const char *name;
	const char *priorities;
	const char *mechanism;
	bool is_between;
	int code; /* of the refusal, 0: in */
} logins[] = {
	{ "SHA-256, TLS 1.3", TLS_1_3, "SCRAM-SHA-256-PLUS", false, 0 },
	{ "SHA-1, TLS 1.3", TLS_1_3, "SCRAM-SHA-1-PLUS", false, 0 },
	{ "SHA-256, TLS 1.2", TLS_1_2, "SCRAM-SHA-256-PLUS", false, 0 },
	{ "SHA-1, TLS 1.2", TLS_1_2, "SCRAM-SHA-1-PLUS", false, 0 },
	{ "SHA-256, TLS 1.3, somebody between", TLS_1_3, "SCRAM-SHA-256-PLUS", true, 535 },
	{ "SHA-1, TLS 1.3, somebody between", TLS_1_3, "SCRAM-SHA-1-PLUS", true, 535 },
	{ "SHA-256, TLS 1.2, somebody between", TLS_1_2, "SCRAM-SHA-256-PLUS", true, 535 },
	{ "without -PLUS, TLS 1.3", TLS_1_3, "SCRAM-SHA-256", false, 0 },
	{ "without -PLUS, TLS 1.2", TLS_1_2, "SCRAM-SHA-1", false, 0 },
};

/* No mechanism is named, so that others could follow after a refusal. */
static void test_logins(void)
{
	for (size_t i = 0; i < LENGTH(logins); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(settings_done) struct settings settings;
		CLEANUP(secret_done) struct secret secret = { 0 };
		struct server server = { .priorities = logins[i].priorities,
					 .mechanism = logins[i].mechanism,
					 .is_between = logins[i].is_between };
		struct client client;

		test_case("login/%s", logins[i].name);
		secret_set(&secret, "secret", 6);
		connect_to(&server, &client, &settings, "");
		EXPECT_NUMBER(sasl_login(&client, server.mechanism, &secret, &err),
			      logins[i].code == 0);
		EXPECT_NUMBER(err.code, logins[i].code);
		EXPECT_NUMBER(err.kind, logins[i].code ? ERR_AUTH : ERR_NONE);
		leave(&server, &client);
		EXPECT(server.is_done);
	}
}

/* TLS records without data, sent without end, do not extend the wait. */
static void test_warnings(void)
{
	static const struct {
		const char *name;
		int milliseconds;
		const char *error;
	} cases[] = { { "in time", SECONDS * 1000, NULL }, { "too late", 0, "timed out" } };

	for (size_t i = 0; i < LENGTH(cases); i++) {
		CLEANUP(err_done) struct err err = ERR_INIT;
		CLEANUP(settings_done) struct settings settings;
		struct server server = { .priorities = TLS_1_2, .is_noisy = true };
		struct client client;
		const char *line;
		size_t len;

		test_case("warnings/%s", cases[i].name);
		connect_to(&server, &client, &settings, "");
		pthread_join(server.thread, NULL);
		client.stream.deadline = clock_now() + cases[i].milliseconds;
		EXPECT_NUMBER(stream_read_line(&client.stream, &line, &len, &err), !cases[i].error);
		EXPECT_TEXT(err.text, cases[i].error);
		EXPECT(server.is_done);
		client_done(&client);
	}
}

int main(void)
{
	test_begin("binding");
	make_certificate();
	test_sessions();
	test_named_without_binding();
	test_logins();
	test_warnings();
	gnutls_certificate_free_credentials(credentials);
	return test_end();
}
