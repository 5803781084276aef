// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// What a DIEM costs in sVVV as the supply of DIEM rises: 256 buckets of 500
/// DIEM, each at 90 * e^(2 * (supply / target)^3) sVVV, until the owner sets
/// other tables.
abstract contract DiemCurve {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant BUCKETS = 256;
    uint256 private constant BUCKET_SIZE = 500e18;
    uint256 private constant BASE_RATE = 90;
    uint256 private constant TARGET_SUPPLY = 40_000;
    uint256 private constant LN2 = 693147180559945309417232121; // 27 decimals
    uint256 private constant RAY = 1e27;

    bool private tablesSet;
    uint256[256] private supplyTable;
    uint256[256] private rateTable;

    /// DIEM supply at which bucket i ends, in wei; reverts from i = 256 on.
    function diemSupply(uint256 i) public view returns (uint256) {
        require(i < BUCKETS, "BUCKET_OUT_OF_RANGE");
        return tablesSet ? supplyTable[i] : BUCKET_SIZE * (i + 1);
    }

    /// Wei of sVVV that one whole DIEM locks within bucket i.
    function diemMintRates(uint256 i) public view returns (uint256) {
        require(i < BUCKETS, "BUCKET_OUT_OF_RANGE");
        return tablesSet ? rateTable[i] : _defaultRate(i);
    }

    /// DIEM, in wei, for locking sVVV wei at the given supply.
    function _amountOut(uint256 sVVV, uint256 supply) internal view returns (uint256 out) {
        for (uint256 i; i < BUCKETS && sVVV != 0; i++) {
            uint256 end = diemSupply(i);
            if (supply >= end) continue;
            uint256 rate = diemMintRates(i);
            uint256 cost = ((end - supply) * rate + WAD - 1) / WAD; // of the whole rest of the bucket
            if (sVVV < cost) return out + (sVVV * WAD) / rate;
            sVVV -= cost;
            out += end - supply;
            supply = end;
        }
        require(sVVV == 0, "CURVE_EXHAUSTED");
    }

    function _setCurve(uint256[256] calldata supplies, uint256[256] calldata rates) internal {
        for (uint256 i; i < BUCKETS; i++) {
            require(rates[i] != 0 && (i == 0 || supplies[i] > supplies[i - 1]), "BAD_CURVE");
        }
        supplyTable = supplies;
        rateTable = rates;
        tablesSet = true;
    }

    function _defaultRate(uint256 i) private pure returns (uint256) {
        uint256 supply = (i + 1) * 500; // whole DIEM
        uint256 x = (2 * supply ** 3 * RAY) / TARGET_SUPPLY ** 3;
        return (BASE_RATE * _exp(x)) / (RAY / WAD);
    }

    /// e^x, 27 decimals: x = k ln 2 + r, then 2^k times the series in r.
    function _exp(uint256 x) private pure returns (uint256) {
        uint256 k = x / LN2;
        uint256 r = x % LN2;
        uint256 term = RAY;
        uint256 sum = RAY;
        for (uint256 n = 1; term != 0; n++) {
            term = (term * r) / (RAY * n);
            sum += term;
        }
        return sum << k;
    }
}
