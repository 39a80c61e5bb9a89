// The page: what is newly on sale, a form to sign in and sell, and numbers that move by themselves.
import type { ResultOf } from "gql.tada";
import { run, setToken, watch } from "./client";
import { LiveStats, NewestProducts, Sell, SignIn } from "./operations";

type Product = ResultOf<typeof NewestProducts>["products"]["nodes"][number];
type Stats = ResultOf<typeof LiveStats>["liveStats"];

const LABELS: [keyof Stats, string][] = [
  ["users", "users"],
  ["products", "products"],
  ["totalTransactions", "purchases"],
  ["signIns", "sign-ins"],
  ["eventsProcessed", "events"],
];

function element<Kind extends HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

/** A new element; texts become text, never HTML. */
function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

function image(url: string | null | undefined, className: string): HTMLElement {
  if (!url) return make("span", className);
  const made = make("img", className);
  made.src = url;
  made.alt = "";
  return made;
}

function card(product: Product): HTMLElement {
  const seller = product.seller;
  return make(
    "li",
    "card",
    image(product.images[0]?.thumbnailUrl, "picture"),
    make("strong", "name", product.name),
    make("span", "seller", image(seller.avatar?.thumbnailUrl, "avatar"), seller.displayName),
    make("span", "price", product.price.formatted),
    make("span", "stock", product.inStock ? product.category : "sold out"),
  );
}

async function showProducts(): Promise<void> {
  const { products } = await run(NewestProducts, {});
  element("count").textContent = `${products.totalCount}`;
  element("products").replaceChildren(...products.nodes.map(card));
}

function showStats(stats: Stats): void {
  const numbers = LABELS.map(([name, label]) =>
    make("span", "number", make("b", "", stats[name].toLocaleString("en")), ` ${label}`),
  );
  element("stats").replaceChildren(...numbers);
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
  element("account-title").textContent = `Sell as ${login.user.displayName}`;
  element("sign-in").hidden = true;
  element("sell").hidden = false;
});

onSubmit("sell", async (fields) => {
  const amountMinor = Math.round(Number(fields.get("price")) * 100);
  const price = { amountMinor, currency: "EUR" };
  await run(Sell, { input: { name: String(fields.get("name")), price, stock: 1 } });
  await showProducts();
});

watch(LiveStats, {}, ({ liveStats }) => showStats(liveStats));

await showProducts();
