// The page: a list of products, a form to sign in and sell, and numbers that move by themselves.
import { run, setToken, watch } from "./client";
import { LiveStats, NewestProducts, Sell, SignIn } from "./operations";

function element<Kind extends HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

async function showProducts(): Promise<void> {
  const { products } = await run(NewestProducts, {});
  element("products").replaceChildren(
    ...products.edges.map(({ node }) => {
      const item = document.createElement("li");
      const seller = document.createElement("small");
      seller.textContent = `${node.price.formatted}, sold by ${node.seller.username}`;
      item.append(node.name, seller);
      return item;
    }),
  );
}

function onSubmit(id: string, act: (fields: FormData) => Promise<void>): void {
  element<HTMLFormElement>(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    try {
      await act(new FormData(form));
      form.reset();
      element("problem").textContent = "";
    } catch (problem) {
      element("problem").textContent = (problem as Error).message;
    }
  });
}

onSubmit("sign-in", async (fields) => {
  const { login } = await run(SignIn, { login: String(fields.get("login")), password: String(fields.get("password")) });
  setToken(login.accessToken);
  element("account-title").textContent = `Sell as ${login.user.username}`;
  element("sign-in").hidden = true;
  element("sell").hidden = false;
});

onSubmit("sell", async (fields) => {
  const amountMinor = Math.round(Number(fields.get("price")) * 100);
  await run(Sell, { input: { name: String(fields.get("name")), price: { amountMinor, currency: "EUR" } } });
  await showProducts();
});

watch(LiveStats, {}, ({ liveStats }) => {
  element("stats").textContent =
    `${liveStats.users} users, ${liveStats.products} products, ${liveStats.eventsProcessed} events so far`;
});

await showProducts();
