curl --request POST \
  --url https://api.venice.ai/api/v1/api_keys/generate_web3_key \
  --header 'Authorization: Bearer ' \
  --header 'Content-Type: application/json' \
  --data '{
  "description": "Web3 API Key",
  "apiKeyType": "INFERENCE",
  "signature": "<signed token>",
  "token": "<unsigned token>",
  "address": "<wallet address>",
  "consumptionLimit": {
    "diem": 1
  }
}'
