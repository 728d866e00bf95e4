/* gssapi.h - SASL exchanges by libgsasl in a child process, for GSSAPI */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/sasl_backend.h"

extern const struct sasl_backend gssapi_backend;
