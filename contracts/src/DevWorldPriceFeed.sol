// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AerodromePool} from "./AerodromePool.sol";

/// A price feed at Chainlink's interface, for the dev world only: it answers a
/// fixed price, or what an Aerodrome pool's price was over the last half hour
/// or more, so that it follows the world's market as slowly as a real one. It
/// has no oracle network behind it; its owner may set any answer.
contract DevWorldPriceFeed {
    uint8 public immutable decimals;
    address public immutable owner;
    AerodromePool public immutable pool; // 0 for a fixed price
    address public immutable token; // the pool's token that is priced
    DevWorldPriceFeed public immutable base; // prices the pool's other token
    string public description;

    int256 private fixedAnswer;
    uint256 private fixedAt; // 0 is always now

    constructor(
        string memory description_,
        uint8 decimals_,
        address owner_,
        int256 answer,
        address pool_,
        address token_,
        address base_
    ) {
        (description, decimals, owner, fixedAnswer) = (description_, decimals_, owner_, answer);
        (pool, token, base) = (AerodromePool(pool_), token_, DevWorldPriceFeed(base_));
    }

    /// Sets the answer for good, as of a time (unix seconds; 0 is always now);
    /// an answer of 0 has a feed with a pool follow it again.
    function setAnswer(int256 answer, uint256 updatedAt) external {
        require(msg.sender == owner, "ONLY_OWNER");
        (fixedAnswer, fixedAt) = (answer, updatedAt);
    }

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        updatedAt = fixedAt == 0 ? block.timestamp : fixedAt;
        roundId = uint80(updatedAt);
        answer = fixedAnswer == 0 && address(pool) != address(0) ? _market() : fixedAnswer;
        return (roundId, answer, updatedAt, updatedAt, roundId);
    }

    /// Mean reserves since an observation that is at least half an hour old; both
    /// tokens have as many decimals.
    function _market() private view returns (int256) {
        uint256 i = pool.observationLength() - 1;
        (uint256 at, uint256 then0, uint256 then1) = pool.observations(i);
        if (i > 0 && block.timestamp - at < pool.periodSize()) {
            (at, then0, then1) = pool.observations(i - 1);
        }
        (uint256 now0, uint256 now1,) = pool.currentCumulativePrices();
        (uint256 mine, uint256 other) =
            pool.token0() == token ? (now0 - then0, now1 - then1) : (now1 - then1, now0 - then0);
        (, int256 price,,,) = base.latestRoundData();
        return int256((other * uint256(price) * 10 ** decimals) / mine / 10 ** base.decimals());
    }
}
