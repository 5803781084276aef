// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// a * b / d with a 512-bit product.
library FullMath {
    /// Rounded down; reverts if d is 0 or the result needs more than 256 bits.
    function mulDiv(uint256 a, uint256 b, uint256 d) internal pure returns (uint256) {
        unchecked {
            uint256 low = a * b;
            uint256 high = mulmod(a, b, type(uint256).max); // low + high mod 2^256-1
            high = high - low - (high < low ? 1 : 0);
            if (high == 0) return low / d;
            require(high < d, "MULDIV_OVERFLOW");
            // take the remainder off, so that the division is exact
            uint256 rest = mulmod(a, b, d);
            if (rest > low) high--;
            low -= rest;
            // divide both by the largest power of two in d
            uint256 two = d & (~d + 1);
            d /= two;
            low /= two;
            low |= high * ((~two + 1) / two + 1);
            // the inverse of an odd d modulo 2^256: each step doubles the right bits
            uint256 inverse = (3 * d) ^ 2;
            for (uint256 bits = 4; bits < 256; bits *= 2) {
                inverse *= 2 - d * inverse;
            }
            return low * inverse;
        }
    }

    function mulDivUp(uint256 a, uint256 b, uint256 d) internal pure returns (uint256 result) {
        result = mulDiv(a, b, d);
        if (mulmod(a, b, d) != 0) result++;
    }
}
