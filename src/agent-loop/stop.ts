/** Why a turn's signal was aborted. Any other reason means that this process gives the turn up and another will go on with it. */
export class TurnCancelled extends Error {
  override readonly name = "TurnCancelled";
}

export class TurnTimedOut extends Error {
  override readonly name = "TurnTimedOut";
}
