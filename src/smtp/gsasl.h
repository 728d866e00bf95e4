/* gsasl.h - SASL exchanges by libgsasl, in this process */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "smtp/sasl_backend.h"

extern const struct sasl_backend gsasl_backend;
