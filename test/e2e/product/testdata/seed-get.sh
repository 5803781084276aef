curl --request GET \
  --url https://api.venice.ai/api/v1/api_keys/generate_web3_key
