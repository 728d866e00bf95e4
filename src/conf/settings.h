/* settings.h - the values of all settings: setting, printing and copying them */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "conf/option.h"
#include "conf/origin.h"
#include "conf/type.h"

/* The enums of the CHOICE settings: their words in the order of options.def. */
enum protocol { PROTOCOL_SMTP, PROTOCOL_LMTP };
enum set_from_header { SET_FROM_AUTO, SET_FROM_ON, SET_FROM_OFF, SET_FROM_QUALIFY };
enum set_date_header { SET_DATE_AUTO, SET_DATE_OFF };
enum set_msgid_header { SET_MSGID_AUTO, SET_MSGID_OFF };
enum set_mime_headers { SET_MIME_AUTO, SET_MIME_OFF };
enum set_to_header {
	SET_TO_ON,
	SET_TO_OFF,
	SET_TO_UNDISCLOSED,
	SET_TO_QUALIFY,
	SET_TO_ALIASES,
};
enum queue { QUEUE_AUTO, QUEUE_ALWAYS, QUEUE_OFF };
enum queue_exit { QUEUE_EXIT_0, QUEUE_EXIT_75 };
enum partial { PARTIAL_AUTO, PARTIAL_ABORT, PARTIAL_SEND };

/* The field of each type. The enum of a CHOICE has the name of its setting. */
#define FIELD_TEXT(name)        char *name /* NULL: unset */
#define FIELD_WORD(name)        char *name /* the same, without blanks */
#define FIELD_HOSTS(name)       char *name /* as TEXT, a list of hostlist.h */
#define FIELD_EXTENSIONS(name)  char *name /* as TEXT, a list of extensions.h */
#define FIELD_SENDER(name)      char *name /* as TEXT, without <>; "": null sender */
#define FIELD_PATH(name)        char *name /* as TEXT, "~" expanded */
#define FIELD_CREDENTIAL(name)  char *name /* as PATH, or a pkcs11 URI, which may have a PIN */
#define FIELD_COMMAND(name)     char *name /* as TEXT, for /bin/sh */
#define FIELD_SECRET(name)      struct secret name
#define FIELD_SWITCH(name)      bool name
#define FIELD_CHOICE(name)      enum name name
#define FIELD_RETURN(name)      enum name name
#define FIELD_NUMBER(name)      int name   /* 0: unset */
#define FIELD_PORT(name)        int name   /* 0: unset */
#define FIELD_SECONDS(name)     int name   /* 0: off */
#define FIELD_AUTH(name)        char *name /* NULL: off; "": choose; else "PLAIN" */
#define FIELD_NOTIFY(name)      char *name /* NULL: off; else "FAILURE,DELAY" */
#define FIELD_FACILITY(name)    int name   /* of syslog(3); -1: off */
#define FIELD_FINGERPRINT(name) struct fingerprint name
#define FIELD_FIELDS(name)      struct texts name /* "Name: text" */
#define FIELD_NAMES(name)       struct texts name /* names of header fields */
#define FIELD_PINS(name)        struct pins name
#define FIELD_WORDS(name)       char **name /* NULL: unset; else for execvp(3) */
#define FIELD_DESCRIPTOR(name)  int name    /* 0: unset */

struct settings {
#define OPTION(group, name, type, argument, value, flags, help, manual) FIELD_##type(name);
#include "conf/options.def"
	struct origin origins[OPTION_COUNT];
};

/* Sets every setting to its default. */
void settings_init(struct settings *settings);
void settings_done(struct settings *settings);
/* Copies to uninitialised storage: `to` is overwritten without being released. */
void settings_copy(struct settings *to, const struct settings *from);
/* Copies the explicit settings of `from` to `to`, with their origins. */
void settings_overlay(struct settings *to, const struct settings *from);
/* Copies one setting with its origin, explicit or not. */
void settings_take(struct settings *to, const struct settings *from, enum option_id id);
/* The same, except that a list is appended to the list in `to`. */
void settings_add(struct settings *to, const struct settings *from, enum option_id id);
bool settings_is_explicit(const struct settings *settings, enum option_id id);

/*
 * Sets a setting from text, as explicit. The option's flags give the meaning of an empty text.
 * ERR_CONFIG: "NAME: expected WHAT, not TEXT"; the caller adds file and line, or makes it
 * ERR_USAGE.
 */
bool settings_set(struct settings *settings, const struct option *option, const char *text,
		  const struct origin *origin, struct err *err) MUST_USE;
/* The same by name; old spellings are accepted. ERR_CONFIG also for an unknown name. */
bool settings_set_named(struct settings *settings, const char *name, const char *text,
			const struct origin *origin, struct err *err) MUST_USE;

/* True if the setting has a value; settings of some types always have one. */
bool settings_is_set(const struct settings *settings, const struct option *option);
/* Appends the value as it is written in a config file ("" if unset, "*" for a secret). */
void settings_print(const struct settings *settings, const struct option *option, struct str *out);
/* Appends the value as --pretend shows it: "(not set)", "5 seconds", "choose". */
void settings_show(const struct settings *settings, const struct option *option, struct str *out);
