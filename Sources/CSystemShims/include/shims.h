#pragma once
#include <curl/curl.h>
#include <jansson.h>
