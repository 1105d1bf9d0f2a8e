const queue = [1];
while (queue.length) queue.push(queue.pop());
