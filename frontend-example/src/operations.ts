// Every operation of this client. Their results and variables are typed from schema/published/api.graphql.
import { graphql } from "gql.tada";

export const NewestProducts = graphql(`
  query NewestProducts {
    products(first: 12, sort: NEWEST) {
      totalCount
      nodes {
        id
        name
        category
        price { formatted }
        inStock
        seller { displayName avatar { thumbnailUrl } }
        images { thumbnailUrl }
      }
    }
  }
`);

export const SignIn = graphql(`
  mutation SignIn($login: String!, $password: String!) {
    login(login: $login, password: $password) { accessToken user { displayName } }
  }
`);

export const Sell = graphql(`
  mutation Sell($input: CreateProductInput!) {
    createProduct(input: $input) { id name }
  }
`);

export const LiveStats = graphql(`
  subscription LiveStats {
    liveStats(intervalMs: 500) { users products totalTransactions signIns eventsProcessed }
  }
`);
