// How many may do something at once, and how long the others wait.

export class Turns {
  #free;
  #waiting = [];

  constructor(count) {
    this.count = count;
    this.#free = count;
  }

  get taken() {
    return this.count - this.#free;
  }

  /** Whether there was a turn within this time. */
  async take(milliseconds) {
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    return new Promise((resolve) => {
      const turn = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((each) => each !== turn);
        resolve(false);
      }, milliseconds);
      this.#waiting.push(turn);
    });
  }

  give() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
