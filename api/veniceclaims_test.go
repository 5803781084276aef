package api_test

// claim is what a route of ours has in common with Venice's route of the same
// path, as that was described in November 2026. Members are dotted paths
// through objects and lists.
type claim struct {
	route    string
	statuses string
	types    string            // of answers, beside JSON
	query    string            // parameters
	needs    string            // members that a request must have
	takes    string            // members that it may have
	always   string            // members that an answer always has
	gives    string            // members that it may have
	words    map[string]string // values of "request MEMBER" or "answer MEMBER"
}

// venice is everything of Venice's API that is promised here. What is not in
// it is not promised: statuses, members and words that Venice has beside these
// may be missing, and others may be there.
var venice = []claim{
	{
		route: "POST /chat/completions", statuses: "200 400 401 402 415 429 500 503 504",
		needs: "messages model",
		takes: `frequency_penalty logprobs top_logprobs max_completion_tokens max_temp max_tokens messages.content.text messages.content.type
			messages.content.image_url messages.name messages.role messages.reasoning_content messages.tool_calls messages.tool_call_id min_p min_temp n
			presence_penalty prompt_cache_key prompt_cache_retention repetition_penalty reasoning.effort reasoning.summary reasoning_effort seed stop
			stop_token_ids stream stream_options.include_usage temperature top_k top_p user fallbacks store verbosity metadata
			venice_parameters.character_slug venice_parameters.strip_thinking_response venice_parameters.disable_thinking venice_parameters.enable_e2ee
			venice_parameters.enable_web_search venice_parameters.enable_web_scraping venice_parameters.enable_web_citations
			venice_parameters.include_search_results_in_stream venice_parameters.return_search_results_as_documents
			venice_parameters.include_venice_system_prompt venice_parameters.enable_x_search parallel_tool_calls response_format.json_schema
			response_format.type tool_choice.function.name tool_choice.type tools.type tools.function.description tools.function.name
			tools.function.parameters tools.function.strict`,
		always: `choices.finish_reason choices.index choices.message choices.message.role created cost.diem cost.usd id model object usage
			usage.completion_tokens usage.prompt_tokens usage.total_tokens venice_parameters.web_search_citations.title
			venice_parameters.web_search_citations.url`,
		gives: `choices.logprobs choices.message.content choices.message.reasoning_content choices.message.tool_calls choices.stop_reason cost
			usage.completion_tokens_details.reasoning_tokens usage.prompt_tokens_details.cached_tokens
			usage.prompt_tokens_details.cache_creation_input_tokens venice_parameters.enable_e2ee venice_parameters.enable_web_search
			venice_parameters.enable_web_citations venice_parameters.enable_web_scraping venice_parameters.include_venice_system_prompt
			venice_parameters.include_search_results_in_stream venice_parameters.return_search_results_as_documents venice_parameters.character_slug
			venice_parameters.strip_thinking_response venice_parameters.disable_thinking venice_parameters.web_search_citations.content
			venice_parameters.web_search_citations.date`,
		words: map[string]string{
			"request messages.content.type":               "image_url text",
			"request messages.role":                       "assistant developer system tool user",
			"request reasoning.effort":                    "high low max medium minimal none xhigh",
			"request reasoning_effort":                    "high low max medium minimal none xhigh",
			"request verbosity":                           "auto high low medium",
			"request venice_parameters.enable_web_search": "auto off on",
			"request response_format.type":                "json_object json_schema text",
			"answer choices.finish_reason":                "length stop tool_calls",
			"answer choices.message.role":                 "assistant tool",
			"answer object":                               "chat.completion",
			"answer venice_parameters.enable_web_search":  "auto off on",
		},
	},
	{
		route: "POST /responses", statuses: "200 400 401 402 429 500",
		needs: "model input",
		takes: `input.type input.role input.content input.call_id input.name input.arguments input.output max_output_tokens temperature top_p
			reasoning.effort tools tool_choice.type tool_choice.function.name stream venice_parameters.character_slug venice_parameters.enable_e2ee
			venice_parameters.enable_web_search venice_parameters.enable_web_scraping venice_parameters.enable_web_citations
			venice_parameters.include_venice_system_prompt venice_parameters.include_search_results_in_stream`,
		always: `id object created_at model status output output.type output.id output.status output.content.type usage.input_tokens usage.output_tokens
			usage.total_tokens error.code error.message`,
		gives: `output.summary output.role output.content.text output.content.annotations output.call_id output.name output.arguments
			usage.input_tokens_details.cached_tokens usage.output_tokens_details.reasoning_tokens error`,
		words: map[string]string{
			"request reasoning.effort":                    "high low max medium minimal none xhigh",
			"request tool_choice":                         "auto none required",
			"request venice_parameters.enable_web_search": "auto off on",
			"answer object":                               "response",
			"answer status":                               "cancelled completed failed in_progress",
			"answer output.type":                          "function_call message reasoning",
			"answer output.status":                        "completed in_progress",
			"answer output.role":                          "assistant",
			"answer output.content.type":                  "output_text",
		},
	},
	{
		route: "POST /images/generations", statuses: "200 400 401 402 415 429 500 503",
		needs:  "prompt",
		takes:  "background model moderation n output_compression output_format quality response_format size style user",
		always: "created data",
		gives:  "data.b64_json data.url",
		words: map[string]string{
			"request background":      "auto opaque transparent",
			"request moderation":      "auto low",
			"request output_format":   "jpeg png webp",
			"request response_format": "b64_json url",
			"request style":           "natural vivid",
		},
	},
	{
		route: "GET /models", statuses: "200 500",
		query: "type",
		always: `data data.id data.model_spec data.model_spec.privacy data.model_spec.deprecation.autoRemap data.model_spec.deprecation.date
			data.model_spec.deprecation.removesAt data.model_spec.capabilities.optimizedForCode data.model_spec.capabilities.quantization
			data.model_spec.capabilities.supportsFunctionCalling data.model_spec.capabilities.supportsAudioInput
			data.model_spec.capabilities.supportsReasoning data.model_spec.capabilities.supportsReasoningEffort
			data.model_spec.capabilities.supportsResponseSchema data.model_spec.capabilities.supportsMultipleImages
			data.model_spec.capabilities.supportsVision data.model_spec.capabilities.supportsVideoInput data.model_spec.capabilities.supportsWebSearch
			data.model_spec.capabilities.supportsLogProbs data.model_spec.capabilities.supportsTeeAttestation data.model_spec.capabilities.supportsE2EE
			data.model_spec.capabilities.supportsXSearch data.model_spec.pricing.input data.model_spec.pricing.input.usd
			data.model_spec.pricing.input.diem data.model_spec.pricing.cache_input.usd data.model_spec.pricing.cache_input.diem
			data.model_spec.pricing.cache_write.usd data.model_spec.pricing.cache_write.diem data.model_spec.pricing.output
			data.model_spec.pricing.output.usd data.model_spec.pricing.output.diem data.model_spec.pricing.extended.context_token_threshold
			data.model_spec.pricing.extended.input data.model_spec.pricing.extended.output data.model_spec.pricing.generation
			data.model_spec.pricing.generation.usd data.model_spec.pricing.generation.diem data.model_spec.pricing.per_audio_second
			data.model_spec.pricing.per_audio_second.usd data.model_spec.pricing.per_audio_second.diem data.object data.owned_by data.type object type`,
		gives: `data.context_length data.created data.model_spec.availableContextTokens data.model_spec.maxCompletionTokens data.model_spec.betaModel
			data.model_spec.regionRestrictions data.model_spec.deprecation.replacementModelId data.model_spec.deprecation.startsAt
			data.model_spec.capabilities.reasoningEffortOptions data.model_spec.capabilities.defaultReasoningEffort
			data.model_spec.capabilities.maxImages data.model_spec.constraints data.model_spec.description data.model_spec.name
			data.model_spec.modelSource data.model_spec.offline data.model_spec.pricing.cache_input data.model_spec.pricing.cache_write
			data.model_spec.pricing.extended.cache_input data.model_spec.pricing.extended.cache_write data.model_spec.pricing.resolutions
			data.model_spec.pricing.quality data.model_spec.traits data.model_spec.embeddingDimensions data.model_spec.maxInputTokens
			data.model_spec.voices`,
		words: map[string]string{
			"answer data.model_spec.privacy":                             "anonymized private",
			"answer data.model_spec.capabilities.quantization":           "bf16 fp16 fp4 fp8 int4 int8 not-available",
			"answer data.model_spec.capabilities.reasoningEffortOptions": "high low max medium minimal none xhigh",
			"answer data.model_spec.capabilities.defaultReasoningEffort": "high low max medium minimal none xhigh",
			"answer data.object":                                         "model",
			"answer data.type":                                           "asr embedding image inpaint music text tts upscale video",
			"answer object":                                              "list",
			"answer type":                                                "all asr code embedding image inpaint music text tts upscale video",
		},
	},
	{
		route: "GET /models/traits", statuses: "200 500",
		query:  "type",
		always: "data object type",
		words: map[string]string{
			"answer object": "list",
			"answer type":   "all asr code embedding image inpaint music text tts upscale video",
		},
	},
	{
		route: "GET /models/compatibility_mapping", statuses: "200 500",
		query:  "type",
		always: "data object type",
		words: map[string]string{
			"answer object": "list",
			"answer type":   "all asr code embedding image inpaint music text tts upscale video",
		},
	},
	{
		route: "GET /api_keys", statuses: "200 401 500",
		always: `data data.apiKeyType data.consumptionLimits data.limitPeriod data.modelPrivacy data.createdAt data.expiresAt data.id data.last6Chars
			data.lastUsedAt data.usage.trailingSevenDays data.usage.trailingSevenDays.usd data.usage.trailingSevenDays.vcu
			data.usage.trailingSevenDays.diem data.currentPeriodUsage.usd data.currentPeriodUsage.diem object`,
		gives: "data.consumptionLimits.usd data.consumptionLimits.diem data.consumptionLimits.vcu data.description data.usage data.currentPeriodUsage",
		words: map[string]string{
			"answer data.apiKeyType":   "ADMIN INFERENCE",
			"answer data.limitPeriod":  "EPOCH LIFETIME MONTH",
			"answer data.modelPrivacy": "ALL PRIVATE_ONLY PRIVATE_TEXT",
			"answer object":            "list",
		},
	},
	{
		route: "DELETE /api_keys", statuses: "200 400 401 500",
		query:  "id",
		always: "success",
	},
	{
		route: "POST /api_keys", statuses: "200 400 401 429 500",
		needs:  "apiKeyType description",
		takes:  "consumptionLimit.usd consumptionLimit.diem consumptionLimit.vcu limitPeriod modelPrivacy expiresAt",
		always: "data data.apiKey data.apiKeyType data.consumptionLimit data.limitPeriod data.modelPrivacy data.expiresAt data.id success",
		gives:  "data.consumptionLimit.usd data.consumptionLimit.diem data.consumptionLimit.vcu data.description",
		words: map[string]string{
			"request apiKeyType":       "ADMIN INFERENCE",
			"request limitPeriod":      "EPOCH LIFETIME MONTH",
			"request modelPrivacy":     "ALL PRIVATE_ONLY PRIVATE_TEXT",
			"answer data.apiKeyType":   "ADMIN INFERENCE",
			"answer data.limitPeriod":  "EPOCH LIFETIME MONTH",
			"answer data.modelPrivacy": "ALL PRIVATE_ONLY PRIVATE_TEXT",
		},
	},
	{
		route: "PATCH /api_keys", statuses: "200 400 401 500",
		needs: "id",
		takes: "consumptionLimit.usd consumptionLimit.diem consumptionLimit.vcu limitPeriod modelPrivacy description expiresAt",
		always: `data data.apiKeyType data.consumptionLimits data.limitPeriod data.modelPrivacy data.createdAt data.expiresAt data.id data.last6Chars
			data.lastUsedAt success`,
		gives: "data.consumptionLimits.usd data.consumptionLimits.diem data.consumptionLimits.vcu data.description",
		words: map[string]string{
			"request limitPeriod":      "EPOCH LIFETIME MONTH",
			"request modelPrivacy":     "ALL PRIVATE_ONLY PRIVATE_TEXT",
			"answer data.apiKeyType":   "ADMIN INFERENCE",
			"answer data.limitPeriod":  "EPOCH LIFETIME MONTH",
			"answer data.modelPrivacy": "ALL PRIVATE_ONLY PRIVATE_TEXT",
		},
	},
	{
		route: "GET /api_keys/{id}", statuses: "200 401 500",
		always: `data data.apiKeyType data.consumptionLimits data.limitPeriod data.modelPrivacy data.createdAt data.expiresAt data.id data.last6Chars
			data.lastUsedAt data.usage.trailingSevenDays data.usage.trailingSevenDays.usd data.usage.trailingSevenDays.vcu
			data.usage.trailingSevenDays.diem data.currentPeriodUsage.usd data.currentPeriodUsage.diem`,
		gives: "data.consumptionLimits.usd data.consumptionLimits.diem data.consumptionLimits.vcu data.description data.usage data.currentPeriodUsage",
		words: map[string]string{
			"answer data.apiKeyType":   "ADMIN INFERENCE",
			"answer data.limitPeriod":  "EPOCH LIFETIME MONTH",
			"answer data.modelPrivacy": "ALL PRIVATE_ONLY PRIVATE_TEXT",
		},
	},
	{
		route: "GET /api_keys/rate_limits", statuses: "200 401 500",
		always: `data data.accessPermitted data.apiTier data.apiTier.id data.apiTier.isCharged data.balances data.keyExpiration data.nextEpochBegins
			data.rateLimits data.rateLimits.rateLimits data.rateLimits.rateLimits.amount data.rateLimits.rateLimits.type`,
		gives: "data.balances.USD data.balances.DIEM data.rateLimits.apiModelId",
	},
	{
		route: "GET /api_keys/rate_limits/log", statuses: "200 401 500",
		always: "data data.apiKeyId data.modelId data.rateLimitTier data.rateLimitType data.timestamp object",
		words: map[string]string{
			"answer data.rateLimitType": "FAILED_REQUESTS RPD RPM TPM",
			"answer object":             "list",
		},
	},
	{
		route: "GET /api_keys/generate_web3_key", statuses: "200",
		always: "data data.token success",
	},
	{
		route: "POST /api_keys/generate_web3_key", statuses: "200",
		needs:  "apiKeyType address signature",
		takes:  "consumptionLimit.usd consumptionLimit.diem consumptionLimit.vcu limitPeriod modelPrivacy description expiresAt token",
		always: "data data.apiKey data.apiKeyType data.consumptionLimit data.limitPeriod data.modelPrivacy data.expiresAt data.id success",
		gives:  "data.consumptionLimit.usd data.consumptionLimit.diem data.consumptionLimit.vcu data.description",
		words: map[string]string{
			"request apiKeyType":       "ADMIN INFERENCE",
			"request limitPeriod":      "EPOCH LIFETIME MONTH",
			"request modelPrivacy":     "ALL PRIVATE_ONLY PRIVATE_TEXT",
			"answer data.apiKeyType":   "ADMIN INFERENCE",
			"answer data.limitPeriod":  "EPOCH LIFETIME MONTH",
			"answer data.modelPrivacy": "ALL PRIVATE_ONLY PRIVATE_TEXT",
		},
	},
	{
		route: "POST /embeddings", statuses: "200 400 401 402 415 429 500 503",
		needs:  "input model",
		takes:  "dimensions encoding_format user",
		always: "data data.embedding data.index data.object model object usage usage.prompt_tokens usage.total_tokens",
		words: map[string]string{
			"request encoding_format": "base64 float",
			"answer data.object":      "embedding",
			"answer object":           "list",
		},
	},
	{
		route: "POST /audio/speech", statuses: "200 400 401 402 403 415 429 500 503",
		types: "audio/aac audio/flac audio/mpeg audio/opus audio/pcm audio/wav",
		needs: "input",
		takes: "language model prompt response_format speed streaming temperature top_p voice",
		words: map[string]string{
			"request response_format": "aac flac mp3 opus pcm wav",
		},
	},
	{
		route: "POST /audio/transcriptions", statuses: "200 400 401 402 403 413 415 422 429 500 503",
		types:  "text/plain",
		takes:  "file model response_format timestamps language",
		always: "text",
		gives:  "duration timestamps",
		words: map[string]string{
			"request response_format": "json text",
		},
	},
	{
		route: "GET /billing/balance", statuses: "200 401 500",
		always: "canConsume consumptionCurrency balances balances.diem balances.usd diemEpochAllocation",
		words: map[string]string{
			"answer consumptionCurrency": "BUNDLED_CREDITS DIEM USD VCU",
		},
	},
	{
		route: "GET /billing/usage", statuses: "410",
	},
	{
		route: "GET /billing/usage-analytics", statuses: "200 400 401 500 504",
		query: "lookback startDate endDate",
		always: `lookback byDate byDate.date byDate.USD byDate.DIEM byModel byModel.modelName byModel.unitType byModel.modelType byModel.totalUsd
			byModel.totalDiem byModel.totalUnits byModel.breakdown.type byModel.breakdown.usd byModel.breakdown.diem byModel.breakdown.units
			byModelDaily topModels byKey byKey.apiKeyId byKey.description byKey.totalUsd byKey.totalDiem byKey.totalUnits byKeyDaily topKeyNames`,
		gives: "byModel.breakdown",
	},
	{
		route: "GET /billing/usage-history", statuses: "200 400 401 500",
		types: "text/csv",
		query: "currency cursor endTimestamp pageSize startTimestamp",
		always: `data data.amount data.currency data.inferenceDetails data.inferenceDetails.completionTokens data.inferenceDetails.inferenceExecutionTime
			data.inferenceDetails.promptTokens data.inferenceDetails.requestId data.notes data.pricePerUnitUsd data.sku data.timestamp data.units
			nextCursor`,
		words: map[string]string{
			"answer data.currency": "BUNDLED_CREDITS DIEM USD",
		},
	},
}
